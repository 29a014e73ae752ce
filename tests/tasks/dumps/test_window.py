"""Windows against the shapes that TensorFlow itself infers."""

from typing import Any

import pytest

from tasks.dumps.graph_reader import GraphReader
from tasks.dumps.window import Padding, Shape, window_of
from tasks.errors import UnsupportedGraphError
from tasks.networks.tensorflow import import_tensorflow


def pooled(side: int, size: int, stride: int, padding: str, pad: int = 0) -> tuple[Any, Any]:
    """Return a graph with a pooling of pictures of ``side`` pixels, and TensorFlow's shape."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        images = tf.placeholder(tf.float32, [None, side, side + 1, 3])
        if pad:
            images = tf.pad(images, [[0, 0], [pad, pad], [pad, pad], [0, 0]], name="pad")
        found = tf.nn.max_pool(images, size, stride, padding, name="pool").shape.as_list()
    return GraphReader(graph.as_graph_def().SerializeToString()), Shape(*found[1:])


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("side", "size", "stride"), [(7, 3, 2), (8, 3, 2), (9, 1, 2), (5, 5, 1)])
def test_the_output_has_tensorflows_shape(side: int, size: int, stride: int, padding: str) -> None:
    graph, expected = pooled(side, size, stride, padding)
    before = Shape(side, side + 1, 3)
    window = window_of(graph["pool"], graph, before, None)
    assert window.output(before, 3) == expected
    assert window.is_centred is (stride == 1)


def test_a_padding_before_it_is_a_part_of_the_window() -> None:
    graph, expected = pooled(7, 3, 2, "VALID", pad=2)
    before = Shape(7, 8, 3)
    window = window_of(graph["pool"], graph, before, graph["pad"])
    assert window.pads == Padding(2, 2, 2, 2)
    assert window.output(before, 3) == expected


def test_a_padding_twice_is_refused() -> None:
    graph, _ = pooled(7, 3, 2, "SAME", pad=1)
    with pytest.raises(UnsupportedGraphError, match=r"a MaxPool with padding SAME$"):
        window_of(graph["pool"], graph, Shape(7, 8, 3), graph["pad"])
