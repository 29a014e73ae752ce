from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tasks.errors import DataError
from tasks.model_files.feature import find_feature
from tasks.model_files.given import Given
from tasks.networks.tensorflow import import_tensorflow


def found(build: Callable[[Any, Any], Any], wanted: str | None = None) -> str:
    """Name the feature of a graph that a function builds on pictures of 8 x 8 pixels."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default():
        images = tf.placeholder(tf.float32, [None, 8, 8, 3], "in")
        build(tf, images)
        return str(find_feature(Given("m", None), images.op, wanted).name)


def conv(tf: Any, images: Any, name: str) -> Any:
    kernel = np.ones((3, 3, images.shape[3], 3), np.float32)
    return tf.nn.relu(tf.nn.conv2d(images, kernel, 1, "SAME"), name)


def dense(tf: Any, features: Any, name: str) -> Any:
    return tf.matmul(features, np.ones((int(features.shape[1]), 2), np.float32), name=name)


def squeezed(tf: Any, images: Any) -> Any:
    """Squeeze and excitation, whose pooling is not what the network ends with."""
    gate = tf.reduce_mean(images, [1, 2], keepdims=True, name="squeeze")
    return images * tf.sigmoid(gate)


class TestDefault:
    def test_the_last_pooling_before_the_classifier(self) -> None:
        def build(tf: Any, images: Any) -> None:
            pooled = tf.reduce_mean(squeezed(tf, conv(tf, images, "a")), [1, 2], name="pool")
            dense(tf, pooled, "logits")

        assert found(build) == "pool"

    def test_a_pooling_of_windows_that_are_the_whole_picture(self) -> None:
        def build(tf: Any, images: Any) -> None:
            pooled = tf.nn.avg_pool2d(conv(tf, images, "a"), 8, 1, "VALID", name="pool")
            dense(tf, tf.reshape(pooled, [-1, 3]), "logits")

        assert found(build) == "pool"

    def test_the_map_that_a_network_without_a_top_ends_with(self) -> None:
        def build(tf: Any, images: Any) -> None:
            conv(tf, squeezed(tf, conv(tf, images, "a")), "last")

        assert found(build) == "last"

    def test_what_is_asked_of_shapes_alone_leads_nowhere(self) -> None:
        def build(tf: Any, images: Any) -> None:
            pooled = tf.reduce_mean(conv(tf, images, "a"), [1, 2], name="pool")
            dense(tf, tf.reshape(pooled, [tf.shape(images)[0], 3]), "logits")

        # The reshape has no channels that are known: what counts is that the pooling is found.
        assert found(build) == "pool"

    def test_a_classifier_without_a_pooling_lists_the_candidates(self) -> None:
        def build(tf: Any, images: Any) -> None:
            flat = tf.reshape(conv(tf, images, "a"), [-1, 192])
            dense(tf, tf.nn.relu(dense(tf, flat, "fc1"), "fc2"), "logits")

        message = (
            r"^m has no pooled node: give as feature_node one of .*a \[8, 8, 3\], fc1 \[2\], "
            r"fc2 \[2\], logits \[2\]$"
        )
        with pytest.raises(DataError, match=message):
            found(build)


class TestNamed:
    @staticmethod
    def build(tf: Any, images: Any) -> None:
        with tf.name_scope("net/block_1"):
            first = conv(tf, images, "relu")
        with tf.name_scope("net/block"):
            pooled = tf.reduce_mean(first, [1, 2], name="pool")
        tf.shape(pooled, name="shape")
        tf.reduce_sum(dense(tf, pooled, "logits"), [1], name="sum")

    @pytest.mark.parametrize(
        ("wanted", "node"),
        [
            ("net/block/pool", "net/block/pool"),
            ("net/block/pool:0", "net/block/pool"),
            ("logits", "logits"),
            ("block", "net/block/pool"),
        ],
    )
    def test_a_node_or_a_layer(self, wanted: str, node: str) -> None:
        assert found(self.build, wanted) == node

    def test_an_unknown_one_lists_the_candidates(self) -> None:
        message = (
            r"^m has no node nothing behind its input: give as feature_node one of .*"
            r"net/block_1/relu \[8, 8, 3\], net/block/pool \[3\], logits \[2\]$"
        )
        with pytest.raises(DataError, match=message):
            found(self.build, "nothing")

    def test_a_node_of_another_shape_is_refused(self) -> None:
        message = (
            r"^m: the node sum is float32 \(None,\), expected float32 \[n, features\], "
            r"\[n, 1, 1, features\] or \[n, height, width, channels\]; give as feature_node one of"
        )
        with pytest.raises(DataError, match=message):
            found(self.build, "sum")
