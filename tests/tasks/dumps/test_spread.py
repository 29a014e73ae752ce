from typing import Any

import numpy as np

from tasks.dumps.graph import NODES
from tasks.dumps.spread import measure_spread, tolerance
from tasks.networks.tensorflow import import_tensorflow


def graph(factor: float) -> Any:
    """A graph whose two features are the mean of red and of blue, and that times a factor."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as made:
        images = tf.placeholder(tf.float32, [None, 9, 9, 3], NODES.image_batch)
        means = tf.abs(tf.reduce_mean(images, [1, 2], keepdims=True)) + 1
        tf.identity(means * tf.constant([1.0, 1.0, factor]), NODES.feature)
    return made.as_graph_def()


def test_the_largest_difference_is_relative() -> None:
    spread = measure_spread(graph(1), graph(1.25), 9)
    # A feature that is less than the mean of its picture is compared with that.
    assert 0.2 < spread <= 0.25 + 1e-6
    assert measure_spread(graph(1), graph(1), 9) == 0


def test_small_spreads_have_one_tolerance() -> None:
    assert tolerance(0) == tolerance(4e-5) == 1e-4
    np.testing.assert_allclose(tolerance(3e-4), 6e-4)
