from collections.abc import Callable
from typing import Any

import numpy as np

from support.own_models import SIZE
from tasks.model_files.cut import FEATURE, PICTURE, cut_out
from tasks.model_files.fold import fold
from tasks.model_files.given import Given


def test_constants_are_computed_and_their_chains_folded(given: Callable[..., Given]) -> None:
    """A batch normalisation as Keras 3 writes it."""
    rng = np.random.default_rng(5)
    gamma, beta, mean, variance = rng.uniform(0.5, 1.5, (4, 1, 1, 1, 5)).astype(np.float32)
    kernel = rng.standard_normal((3, 3, 3, 5)).astype(np.float32)

    def build(tf: Any) -> Any:
        images = tf.placeholder(tf.float32, [None, SIZE, SIZE, 3], "in")
        conv = tf.nn.conv2d(images, tf.constant(kernel), 2, "SAME")
        factor = tf.math.rsqrt(tf.constant(variance) + 1e-3) * tf.constant(gamma)
        shift = tf.constant(beta) - tf.constant(mean) * factor
        return tf.reduce_mean(conv * factor + shift, [1, 2], name="pool")

    part = cut_out(given(build), None, None)
    found = fold("m", part.definition)
    assert {node.op for node in found.node} == {
        *("Placeholder", "Const", "Conv2D", "BiasAdd", "Mean", "Identity")
    }
    assert {PICTURE, FEATURE} <= {node.name for node in found.node}
