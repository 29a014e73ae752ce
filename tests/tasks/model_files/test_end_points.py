from typing import Any

from support.own_models import graph_of
from tasks.model_files.end_points import main_nodes


def test_maps_of_channels_in_the_order_of_computation() -> None:
    def build(tf: Any) -> Any:
        images = tf.placeholder(tf.float32, [None, 8, 8, 3])
        first = tf.nn.relu(images, "z")
        joined = tf.add(first, images, name="y")
        tf.nn.relu(tf.reduce_mean(tf.nn.max_pool2d(joined, 2, 2, "SAME", name="x"), [1, 2]), "w")

    assert main_nodes(graph_of(build)) == ["z", "y", "x"]


def test_of_many_some_are_taken_the_last_among_them() -> None:
    def build(tf: Any) -> Any:
        images = tf.placeholder(tf.float32, [None, 8, 8, 3])
        for number in range(101):
            images = tf.nn.relu(images, f"n{number}")

    found = main_nodes(graph_of(build))
    assert found[-2:] == ["n97", "n100"]
    assert len(found) == 34
