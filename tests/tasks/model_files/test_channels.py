from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tasks.dumps.spread import relative_difference
from tasks.model_files.channels import fold_channels
from tasks.networks.tensorflow import import_tensorflow

RNG = np.random.default_rng(8)
PER_CHANNEL = RNG.uniform(0.5, 2, 6).astype(np.float32)


def conv(tf: Any, x: Any) -> Any:
    return tf.nn.conv2d(x, RNG.standard_normal((3, 3, 3, 6)).astype(np.float32), 1, "SAME")


def depthwise(tf: Any, x: Any) -> Any:
    kernel = RNG.standard_normal((3, 3, 3, 2)).astype(np.float32)
    return tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "SAME")


def folded(build: Callable[[Any, Any], Any]) -> Counter[str]:
    """Check that folding changes no value, and count the operations that are left."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        images = tf.placeholder(tf.float32, [None, 8, 8, 3], "picture")
        tf.identity(build(tf, images), "feature")
        definition = graph.as_graph_def()
    pictures = RNG.standard_normal((2, 8, 8, 3)).astype(np.float32)
    after = fold_channels(definition)
    values = []
    for each in (definition, after):
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(each, name="")
            with tf.Session(graph=graph) as session:
                values.append(session.run("feature:0", {"picture:0": pictures}))
    # Sums of 27 products, in another order.
    assert relative_difference(values[1], values[0]).max() < 1e-5
    return Counter(node.op for node in after.node if node.op != "Const")


@pytest.mark.parametrize("layer", [conv, depthwise])
@pytest.mark.parametrize(
    "shape", [(6,), (1, 1, 1, 6), (), (1,)], ids=["flat", "of rank 4", "one", "one in a list"]
)
def test_a_normalisation_becomes_weights_and_bias(layer: Any, shape: Any) -> None:
    value = (
        PER_CHANNEL.reshape(shape)
        if shape in ((6,), (1, 1, 1, 6))
        else np.full(shape, 1.5, np.float32)
    )
    found = folded(lambda tf, x: layer(tf, x) * value + value)
    assert "Mul" not in found
    assert "AddV2" not in found
    assert found["BiasAdd"] == 1


def test_a_bias_before_the_factor_is_multiplied_too() -> None:
    found = folded(lambda tf, x: (PER_CHANNEL + conv(tf, x)) * PER_CHANNEL - PER_CHANNEL)
    assert found == {"Placeholder": 1, "Identity": 1, "Conv2D": 1, "BiasAdd": 2}


def test_a_convolution_that_others_read_stays() -> None:
    def build(tf: Any, x: Any) -> Any:
        before = conv(tf, x)
        return before * PER_CHANNEL + tf.nn.relu(before)

    assert folded(build)["Mul"] == 1


def test_weights_that_two_convolutions_share_are_multiplied_for_one() -> None:
    def build(tf: Any, x: Any) -> Any:
        kernel = tf.constant(RNG.standard_normal((3, 3, 3, 6)).astype(np.float32))
        first, second = (tf.nn.conv2d(x, kernel, 1, "SAME") for _ in range(2))
        return first * PER_CHANNEL + second

    found = folded(build)
    assert (found["Conv2D"], found["Mul"]) == (2, 0)


@pytest.mark.parametrize(
    "build",
    [
        lambda tf, x: tf.nn.relu(conv(tf, x)) * PER_CHANNEL,
        lambda tf, x: conv(tf, x) * RNG.standard_normal((8, 8, 1)).astype(np.float32),
        lambda tf, x: PER_CHANNEL - conv(tf, x),
        lambda tf, x: conv(tf, x) * conv(tf, x),
    ],
    ids=["behind a ReLU", "of every pixel", "of which it is taken", "of two"],
)
def test_all_else_stays_as_it_is(build: Any) -> None:
    found = folded(build)
    assert "BiasAdd" not in found
    assert found["Mul"] + found["Sub"] == 1
