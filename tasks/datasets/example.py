"""Keys and encoding of a ``tf.train.Example``, as TF-Slim's data sets have them."""

from collections.abc import Mapping

IMAGE_ENCODED = "image/encoded"


IMAGE_FORMAT = "image/format"


IMAGE_HEIGHT = "image/height"


IMAGE_WIDTH = "image/width"


IMAGE_FILENAME = "image/filename"


LABEL = "image/class/label"


CLASS_TEXT = "image/class/text"


def encode_example(features: Mapping[str, bytes | int]) -> bytes:
    """Return a serialized ``tf.train.Example`` of one value per key, the keys sorted.

    The messages are defined in TensorFlow's ``tensorflow/core/example/{example,feature}.proto``;
    importing TensorFlow for these few bytes would take seconds.
    """
    entries = b"".join(
        _field(1, _field(1, key.encode()) + _field(2, _feature(features[key])))
        for key in sorted(features)
    )
    return _field(1, entries)


def picture_example(
    jpeg: bytes, *, width: int, height: int, label: int, text: bytes, name: bytes
) -> bytes:
    """Return the record of a picture, as TF-Slim's own converters write it.

    Args:
        jpeg: the picture.
        width: in pixels.
        height: in pixels.
        label: the number of its class, from 0.
        text: the name of its class, UTF-8.
        name: its file's name, UTF-8; left out where it is empty.
    """
    features: dict[str, bytes | int] = {
        IMAGE_ENCODED: jpeg,
        IMAGE_FORMAT: b"jpg",
        IMAGE_HEIGHT: height,
        IMAGE_WIDTH: width,
        LABEL: label,
        CLASS_TEXT: text,
    }
    if name:
        features[IMAGE_FILENAME] = name
    return encode_example(features)


def _feature(value: bytes | int) -> bytes:
    if isinstance(value, bytes):
        return _field(1, _field(1, value))
    return _field(3, _field(1, _varint(value)))


def _field(number: int, content: bytes) -> bytes:
    """Return a length-delimited field of a protocol buffer."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    value &= 2**64 - 1
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
