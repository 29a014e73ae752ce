"""Pictures of several kinds turned into the JPEG that ``extract_dataset`` makes, in the graph.

The network was trained on pictures that ``tasks.datasets.picture`` had prepared: an upright JPEG as
it is, and anything else as a JPEG of quality 98. The same is done here, so that a picture has the
same pixels in service.
"""

from typing import Any

from tasks.datasets.pillow import QUALITY
from tasks.exports.headers import BMP, GIF, JPEG, PNG, Header
from tasks.networks.preprocessing import decode
from tasks.networks.tensorflow import import_tensorflow

_OPAQUE = 255


def as_jpeg(data: Any, header: Header) -> Any:
    """Return a picture as a JPEG, a string scalar.

    A picture that cannot be decoded fails the graph.

    Args:
        data: string scalar, the picture's file.
        header: of the picture.
    """
    tf = import_tensorflow()
    kept = (header.kind == JPEG) & (header.orientation == 1) & ~header.arithmetic
    return tf.cond(kept, lambda: data, lambda: _stored_anew(data, header))


def turn_upright(pixels: Any, orientation: Any) -> Any:
    """Turn pixels, ``[height, width, 3]``, as EXIF's orientation says, an int64 from 1 to 8."""
    tf = import_tensorflow()

    def either(values: list[int], change: Any, pixels: Any) -> Any:
        chosen = tf.reduce_any(orientation == tf.constant(values, tf.int64))
        return tf.cond(chosen, lambda: change(pixels), lambda: pixels)

    pixels = either([5, 6, 7, 8], lambda p: tf.transpose(p, [1, 0, 2]), pixels)
    pixels = either([2, 3, 6, 7], lambda p: tf.reverse(p, [1]), pixels)
    return either([3, 4, 7, 8], lambda p: tf.reverse(p, [0]), pixels)


def over_white(pixels: Any) -> Any:
    """Lay pixels, uint8 ``[height, width, 4]``, over white; return uint8 ``[height, width, 3]``.

    Rounded as Pillow's ``alpha_composite`` does, whose 7 more bits are kept until the end.
    """
    tf = import_tensorflow()
    wide = tf.cast(pixels, tf.int32)
    colours, alpha = wide[..., :3], wide[..., 3:]
    mixed = (colours * alpha + _OPAQUE * (_OPAQUE - alpha) + 128) * 128
    shifted = tf.bitwise.right_shift(tf.bitwise.right_shift(mixed, 8) + mixed, 8)
    return tf.cast(tf.bitwise.right_shift(shifted, 7), tf.uint8)


def _stored_anew(data: Any, header: Header) -> Any:
    tf = import_tensorflow()
    decoders = {
        JPEG: lambda: decode(data),
        PNG: lambda: _decode_png(data, header.alpha),
        GIF: lambda: tf.io.decode_image(data, channels=3, expand_animations=False),
        BMP: lambda: tf.io.decode_bmp(data, channels=3),
    }
    # The first stands for what is no picture, which nobody decodes.
    branches = [decoders[JPEG], *(decoders[kind] for kind in (JPEG, PNG, GIF, BMP))]
    pixels = turn_upright(
        tf.switch_case(tf.cast(header.kind, tf.int32), branches), header.orientation
    )
    return tf.io.encode_jpeg(pixels, quality=QUALITY, chroma_downsampling=False)


def _decode_png(data: Any, alpha: Any) -> Any:
    tf = import_tensorflow()
    return tf.cond(
        alpha,
        lambda: over_white(tf.io.decode_png(data, channels=4)),
        # The fourth channel that TensorFlow makes up is 1 for a picture of one bit, not 255.
        lambda: tf.io.decode_png(data, channels=3),
    )
