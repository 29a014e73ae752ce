"""The part of a picture that a network sees, as graph operations."""

from typing import Any

from tasks.networks.preprocessing import centre, middle_start, scaled_lengths
from tasks.networks.recipe import Preprocessing
from tasks.networks.tensorflow import import_tensorflow


def seen_region(shape: Any, preprocessing: Preprocessing) -> Any:
    """Return top, left, bottom and right of what is seen, float32 ``[4]``.

    They are shares of the picture's height and width; ``[0, 0, 1, 1]`` is all of it.

    Args:
        shape: of the upright picture, int32 ``[3]``: height, width, channels.
        preprocessing: the network's.
    """
    tf, lengths = import_tensorflow(), shape[:2]
    if preprocessing.shorter_side is None:
        start, kept = centre(lengths, preprocessing.crop)
        whole = tf.cast(lengths, start.dtype)
    else:
        whole = scaled_lengths(lengths, preprocessing.shorter_side)
        start, kept = middle_start(whole, preprocessing.size), preprocessing.size
    return tf.cast(tf.concat([start / whole, (start + kept) / whole], 0), tf.float32)
