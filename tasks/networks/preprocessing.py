"""Preprocessing of a picture for a network, as TensorFlow operations.

``jvm/Preprocessing.scala`` computes the same, to the bit, from the same recipe.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.networks.recipe import Channels, Preprocessing
from tasks.networks.tensorflow import import_tensorflow

FloatArray = npt.NDArray[np.float32]


def decode(encoded: Any) -> Any:
    """Decode a JPEG, a string scalar, to uint8 ``[height, width, 3]``.

    The inverse transform is the accurate one, which every decoder computes alike. TensorFlow's
    default is the fast one: it is off by up to 8 of 255, and Java's runtime does not have it.
    """
    return import_tensorflow().io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")


def resize(image: Any, size: Any) -> Any:
    """Scale ``[height, width, 3]`` to ``size``, a height and a width.

    Bilinear with neither aligned corners nor half-pixel centres: TensorFlow 1's default, which
    TF-Slim's checkpoints were trained with and BigDL computes.
    """
    tf = import_tensorflow().compat.v1
    batch = tf.image.resize_bilinear(tf.expand_dims(image, 0), size, align_corners=False)
    return tf.squeeze(batch, [0])


def crop_centre(image: Any, share: float) -> Any:
    """Keep the middle of ``[height, width, 3]``, as ``tf.image.central_crop`` does.

    The picture loses ``(length - length * share) / 2`` pixels, rounded down, at both ends.
    """
    return _cut(image, *centre(import_tensorflow().shape(image)[:2], share))


def centre(lengths: Any, share: float) -> tuple[Any, Any]:
    """Return where the part begins that ``crop_centre`` keeps, and its lengths.

    Both are whole numbers, float ``[2]``.

    Args:
        lengths: height and width of a picture, int32 ``[2]``.
        share: that is kept of both.
    """
    tf = import_tensorflow()
    # BigDL's loader computes with float32 only, which is as exact for shares such as 0.875.
    exact = tf.cast(lengths, tf.float32 if (share * 1024).is_integer() else tf.float64)
    start = tf.floor((exact - exact * share) / 2)
    return start, exact - start * 2


def resize_shorter_side(image: Any, shorter_side: int, size: int) -> Any:
    """Scale ``[height, width, 3]`` until its shorter side has a length, and keep the middle of it.

    As TF-Slim's ``vgg_preprocessing`` does: lengths are rounded to the nearest even integer where
    they lie between two, offsets are rounded down.
    """
    tf = import_tensorflow()
    scaled = scaled_lengths(tf.shape(image)[:2], shorter_side)
    resized = resize(image, tf.cast(scaled, tf.int32))
    return _cut(resized, middle_start(scaled, size), [size, size])


def scaled_lengths(lengths: Any, shorter_side: int) -> Any:
    """Return height and width of a picture whose shorter side was scaled to a length.

    Args:
        lengths: height and width before, int32 ``[2]``.
        shorter_side: in pixels.

    Returns:
        Whole numbers, float32 ``[2]``.
    """
    tf = import_tensorflow()
    lengths = tf.cast(lengths, tf.float32)
    factor = tf.cast(shorter_side, tf.float32) / tf.minimum(lengths[0], lengths[1])
    return tf.math.rint(lengths * factor)


def middle_start(lengths: Any, size: int) -> Any:
    """Return where the middle ``size`` pixels of lengths begin; float32 ``[2]`` as ``lengths``."""
    return import_tensorflow().floor((lengths - size) / 2)


def _cut(image: Any, start: Any, lengths: Any) -> Any:
    """Cut out a part of ``[height, width, 3]``; start and lengths are whole numbers, any dtype."""
    tf = import_tensorflow()
    start, lengths = (tf.cast(numbers, tf.int32) for numbers in (start, lengths))
    return tf.slice(image, tf.concat([start, [0]], 0), tf.concat([lengths, [3]], 0))


def normalise(image: Any, preprocessing: Preprocessing) -> Any:
    """Map values to the range that the network was trained on."""
    tf = import_tensorflow()
    if len(set(preprocessing.subtract)) == 1:
        image = tf.subtract(image, preprocessing.subtract[0])
    else:
        image = tf.nn.bias_add(image, [-value for value in preprocessing.subtract])
    if set(preprocessing.multiply) != {1.0}:
        image = tf.multiply(image, _channels(preprocessing.multiply))
    return tf.reverse(image, [2]) if preprocessing.bgr else image


def normalised(pictures: FloatArray, preprocessing: Preprocessing) -> FloatArray:
    """Return pictures in the range that the network was trained on, without TensorFlow.

    Args:
        pictures: float32 ``[batch, size, size, 3]``, values of bytes.
        preprocessing: its ``scale`` and what ``normalise`` takes of it.
    """
    scaled = pictures * np.float32(preprocessing.scale)
    centred = scaled - np.array(preprocessing.subtract, np.float32)
    images: FloatArray = centred * np.array(preprocessing.multiply, np.float32)
    return images[..., ::-1] if preprocessing.bgr else images


def preprocess(picture: Any, preprocessing: Preprocessing) -> Any:
    """Turn a picture, uint8 ``[height, width, 3]``, into a network's input, ``[size, size, 3]``."""
    tf = import_tensorflow()
    size = preprocessing.size
    image = tf.cast(picture, tf.float32)
    if preprocessing.scale != 1:
        image = tf.multiply(image, preprocessing.scale)
    if preprocessing.crop != 1:
        image = crop_centre(image, preprocessing.crop)
    if preprocessing.shorter_side is None:
        image = resize(image, [size, size])
    else:
        image = resize_shorter_side(image, preprocessing.shorter_side, size)
    image = normalise(image, preprocessing)
    image.set_shape([size, size, 3])
    return image


def _channels(values: Channels) -> Any:
    # BigDL's loader knows a subtraction of one value, not one for each channel.
    return values[0] if len(set(values)) == 1 else list(values)
