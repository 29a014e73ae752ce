"""The part of a picture that a network sees, as graph operations."""

from typing import Any

from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow


def seen_region(shape: Any, preprocessing: Preprocessing) -> Any:
    """Return top, left, bottom and right of what is seen, float32 ``[4]``.

    They are shares of the picture's height and width; ``[0, 0, 1, 1]`` is all of it.

    Args:
        shape: of the upright picture, int32 ``[3]``: height, width, channels.
        preprocessing: the network's.
    """
    tf = import_tensorflow()
    lengths = tf.cast(shape[:2], tf.float64)
    if preprocessing.shorter_side is None:
        start = tf.floor((lengths - lengths * preprocessing.crop) / 2) / lengths
        end = 1 - start
    else:
        factor = preprocessing.shorter_side / tf.reduce_min(lengths)
        scaled = tf.math.rint(lengths * factor)
        offset = tf.math.floordiv(scaled - preprocessing.size, 2)
        start, end = offset / scaled, (offset + preprocessing.size) / scaled
    return tf.cast(tf.concat([start, end], 0), tf.float32)
