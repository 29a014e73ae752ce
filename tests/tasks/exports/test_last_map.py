from typing import Any

import pytest

from tasks.exports.last_map import find_last_map
from tasks.networks.registry import get_network
from tasks.networks.tensorflow import import_tensorflow


def graph_of(build: Any) -> Any:
    """Return the ``GraphDef`` of a function of a map ``[n, 5, 5, 8]``."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        last = tf.nn.relu(tf.placeholder(tf.float32, [None, 5, 5, 8]), name="last")
        tf.identity(build(tf, last), "feature")
        return graph.as_graph_def()


@pytest.mark.parametrize(
    "build",
    [
        lambda tf, last: tf.nn.avg_pool(last, [1, 5, 5, 1], [1, 2, 2, 1], "VALID"),
        lambda tf, last: tf.reduce_mean(last, [1, 2], keepdims=True),
        lambda tf, last: tf.reshape(tf.reduce_mean(last, [-2, -3]), [-1, 1, 1, 8]),
        lambda tf, last: tf.expand_dims(tf.reduce_mean(last, [1, 2]), 1),
    ],
)
def test_a_mean_over_the_whole_map(build: Any) -> None:
    assert find_last_map(graph_of(build), "feature", 8) == "last"


@pytest.mark.parametrize(
    "build",
    [
        lambda tf, last: tf.nn.avg_pool(last, [1, 3, 3, 1], [1, 2, 2, 1], "VALID"),
        lambda tf, last: tf.nn.avg_pool(last, [1, 5, 5, 1], [1, 5, 5, 1], "SAME"),
        lambda tf, last: tf.nn.max_pool(last, [1, 5, 5, 1], [1, 1, 1, 1], "VALID"),
        lambda tf, last: tf.reduce_mean(last, [2, 3]),
        lambda tf, last: tf.nn.relu(tf.reduce_mean(last, [1, 2])),
        lambda _, last: last[:, 0, 0],
    ],
)
def test_anything_else_has_no_map(build: Any) -> None:
    assert find_last_map(graph_of(build), "feature", 8) is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("inception_v1", "InceptionV1/Mixed_5c/concat"),
        ("resnet_v1_50", "resnet_v1_50/block4/unit_3/bottleneck_v1/Relu"),
        ("mobilenet_v2", "MobilenetV2/Conv_1/Relu6"),
        ("vgg_16", None),
    ],
)
def test_of_networks(name: str, found: str | None) -> None:
    network = get_network(name)
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        size = network.image_size
        features, _ = network.build(tf.placeholder(tf.float32, [None, size, size, 3]))
        tf.identity(features, "feature")
        definition = graph.as_graph_def()
    assert find_last_map(definition, "feature", network.feature_size) == found
