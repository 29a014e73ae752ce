"""The spread of a network's features in TensorFlow itself, and the tolerance that follows from it.

Two ways to compute a network in float32 add in other orders. How much that changes the features
depends on the network: it grows with the number of its layers. TensorFlow shows it without another
engine, with batch normalisation as it is and folded into the convolutions.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.graph import NODES
from tasks.networks.tensorflow import import_tensorflow

_PICTURES = 8
_COARSE = 8
_SEED = 5
#: A difference that passes for every network.
_SMALLEST = 1e-4
# Another engine differs from either way by as much as they do from one another.
_TIMES = 2.0

FloatArray = npt.NDArray[np.float32]


def measure_spread(plain: Any, folded: Any, size: int) -> float:
    """Return the largest relative difference between features of two frozen graphs.

    Args:
        plain: ``freeze`` without folded batch normalisation.
        folded: ``freeze`` with it.
        size: height and width of the network's input, in pixels.
    """
    images = _pictures(size)
    expected, actual = (_features(graph, images) for graph in (plain, folded))
    return float(relative_difference(actual, expected).max())


def relative_difference(actual: FloatArray, expected: FloatArray) -> FloatArray:
    """Return ``|actual - expected|`` over ``|expected|``, or over its mean where that is larger.

    Features are averages of rectified values: many are almost 0, and the float32 rounding of the
    sums behind them is as large as that of the others.
    """
    size = np.abs(expected)
    difference: FloatArray = np.abs(actual - expected) / np.maximum(size, size.mean() or 1)
    return difference


def tolerance(spread: float) -> float:
    """Return the largest relative difference between two engines' features of a network."""
    return max(_SMALLEST, _TIMES * spread)


def _pictures(size: int) -> FloatArray:
    """Return images of random colours that change slowly, in ``[-1, 1]``."""
    coarse = np.random.default_rng(_SEED).uniform(-1, 1, (_PICTURES, _COARSE, _COARSE, 3))
    tf = import_tensorflow()
    images: FloatArray = tf.image.resize(coarse.astype(np.float32), [size, size]).numpy()
    return images


def _features(definition: Any, images: FloatArray) -> FloatArray:
    """Return the features of images as rows."""
    tf = import_tensorflow().compat.v1
    part = tf.graph_util.extract_sub_graph(definition, [NODES.feature])
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(part, name="")
        with tf.Session(graph=graph) as session:
            features = session.run(f"{NODES.feature}:0", {f"{NODES.image_batch}:0": images})
    return np.asarray(features, np.float32).reshape(len(images), -1)
