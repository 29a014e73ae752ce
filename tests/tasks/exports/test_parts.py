from typing import Any

import numpy as np
import pytest

from tasks.exports.parts import Part, node_name, part_nodes
from tasks.networks.tensorflow import import_tensorflow


@pytest.fixture(scope="module")
def definition() -> Any:
    """``target = source @ weights + 2``, where the source is three times what was fed."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        fed = tf.placeholder(tf.float32, [None, 20], name="fed")
        source = tf.multiply(fed, 3.0, name="source")
        weights = tf.constant(np.ones((20, 20), np.float32), name="weights")
        tf.add(tf.matmul(source, weights), 2.0, name="target")
        return graph.as_graph_def()


def test_what_comes_before_the_source_is_left_out(definition: Any) -> None:
    names = {node.name for node in part_nodes(definition, "source", ["target"])}
    assert {"weights", "target"} <= names
    assert not {"fed", "source"} & names


def test_the_name_of_a_node_behind_an_input() -> None:
    assert [node_name(given) for given in ("a", "a:1", "^a")] == ["a"] * 3


def test_weights_become_variables_that_parts_share(definition: Any) -> None:
    tf = import_tensorflow()
    variables: dict[str, Any] = {}
    parts = [Part(definition, "source", ["target"], variables) for _ in range(2)]
    assert list(variables) == ["weights"]
    first, second = (tf.function(lambda x, part=part: part(x)[0]) for part in parts)
    ones = tf.ones([1, 20])
    np.testing.assert_array_equal(first(ones), np.full((1, 20), 22.0))
    variables["weights"].assign(tf.zeros([20, 20]))
    np.testing.assert_array_equal(second(ones), np.full((1, 20), 2.0))
