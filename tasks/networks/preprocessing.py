"""Preprocessing of a picture for a network, as TensorFlow operations.

The steps and their order are those of the original BigDL transfer-learning example: the whole
picture is scaled to the network's size, without cropping.
"""

from typing import Any

from tasks.networks.network import Preprocessing
from tasks.networks.tensorflow import import_tensorflow


def decode(encoded: Any) -> Any:
    """Decode a JPEG, a string scalar, to uint8 ``[height, width, 3]``.

    The inverse transform is the accurate one, which every decoder computes alike. TensorFlow's
    default is the fast one: it is off by up to 8 of 255, and Java's runtime does not have it.
    """
    return import_tensorflow().io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")


def resize(image: Any, size: int) -> Any:
    """Scale ``[height, width, 3]`` to ``[size, size, 3]``.

    Bilinear with neither aligned corners nor half-pixel centres: TensorFlow 1's default, which
    TF-Slim's checkpoints were trained with and BigDL computes.
    """
    tf = import_tensorflow().compat.v1
    batch = tf.image.resize_bilinear(tf.expand_dims(image, 0), [size, size], align_corners=False)
    return tf.squeeze(batch, [0])


def scale(image: Any, preprocessing: Preprocessing) -> Any:
    """Map values in ``[0, 1]`` to the range that the network was trained on."""
    tf = import_tensorflow()
    return tf.multiply(tf.subtract(image, preprocessing.subtract), preprocessing.multiply)


def preprocess(picture: Any, preprocessing: Preprocessing) -> Any:
    """Turn a picture, uint8 ``[height, width, 3]``, into a network's input, ``[size, size, 3]``."""
    tf = import_tensorflow()
    image = tf.image.convert_image_dtype(picture, tf.float32)
    return scale(resize(image, preprocessing.size), preprocessing)
