"""What happens to a picture before the network sees it, as TensorFlow operations.

The steps and their order are those of the original BigDL transfer-learning example: the whole
picture is scaled to the network's size, without cropping.
"""

from typing import Any

from tasks.networks.inception import IMAGE_SIZE
from tasks.networks.tensorflow import import_tensorflow


def decode(encoded: Any) -> Any:
    """Decode a JPEG, a string scalar, to uint8 ``[height, width, 3]``.

    With the accurate integer transform, as any decoder computes it: TensorFlow's own choice, the
    fast one, is off by up to 8 of 255, and a runtime of Java has only the accurate one.
    """
    return import_tensorflow().io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")


def resize(image: Any) -> Any:
    """Scale ``[height, width, 3]`` to ``[224, 224, 3]``.

    Bilinear with neither aligned corners nor half-pixel centres: TensorFlow 1's default, which the
    released checkpoint was trained with and BigDL computes.
    """
    tf = import_tensorflow().compat.v1
    batch = tf.image.resize_bilinear(
        tf.expand_dims(image, 0), [IMAGE_SIZE, IMAGE_SIZE], align_corners=False
    )
    return tf.squeeze(batch, [0])


def scale(image: Any) -> Any:
    """Map ``[0, 1]`` to the ``[-1, 1]`` that the network expects."""
    tf = import_tensorflow()
    return tf.multiply(tf.subtract(image, 0.5), 2.0)


def preprocess(picture: Any) -> Any:
    """Turn a picture, uint8 ``[height, width, 3]``, into the network's input, ``[224, 224, 3]``."""
    tf = import_tensorflow()
    return scale(resize(tf.image.convert_image_dtype(picture, tf.float32)))
