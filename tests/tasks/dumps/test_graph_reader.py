"""The reader of graphs, on what TensorFlow itself writes."""

from typing import Any

import numpy as np
import pytest

from tasks.dumps.graph_reader import GraphReader
from tasks.errors import UnsupportedGraphError
from tasks.networks.tensorflow import import_tensorflow


@pytest.fixture(scope="module")
def graph() -> GraphReader:
    """A placeholder that is read by way of two nodes that change nothing; constants; a variable."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as made:
        given = tf.identity(tf.identity(tf.placeholder(tf.float32, [2, 3], name="given")))
        tf.add(given, given, name="twice")
        tf.nn.relu(given, name="once")
        tf.constant([5, -6, 7], tf.int32, name="three")
        tf.constant(9, tf.int32, [4], name="same")
        tf.zeros([2], tf.int32, name="zeros")
        tf.get_variable("kernel", [3, 4, 5], use_resource=False)
        for name in ("three", "same", "zeros"):
            tf.identity(made.get_tensor_by_name(f"{name}:0"), name=f"of_{name}")
        with tf.control_dependencies([made.get_operation_by_name("once")]):
            tf.no_op("after")
    return GraphReader(made.as_graph_def().SerializeToString())


def test_a_source_is_past_what_changes_nothing(graph: GraphReader) -> None:
    assert graph.source(graph["twice"], 1).name == "given"
    assert graph.input(graph["twice"], 1).op == "Identity"


def test_readers_are_counted_past_what_changes_nothing(graph: GraphReader) -> None:
    assert graph.readers(graph["given"]) == 3
    assert graph.readers(graph["once"]) == 1
    assert graph.readers(graph["twice"]) == 0


@pytest.mark.parametrize(
    ("name", "values"), [("three", [5, -6, 7]), ("same", [9] * 4), ("zeros", [0, 0])]
)
def test_constants(graph: GraphReader, name: str, values: list[int]) -> None:
    assert graph.ints(graph[f"of_{name}"], 0) == values
    assert graph.shape(graph[f"of_{name}"], 0) == np.shape(values)


def test_the_shape_of_a_variable(graph: GraphReader) -> None:
    assert graph.shape(graph["kernel/read"], 0) == (3, 4, 5)


@pytest.mark.parametrize("read", ["shape", "ints"])
def test_what_is_no_constant_is_named(graph: GraphReader, read: Any) -> None:
    message = "cannot run node given, a Placeholder where a constant is expected$"
    with pytest.raises(UnsupportedGraphError, match=message):
        getattr(graph, read)(graph["twice"], 0)
