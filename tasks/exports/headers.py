"""Headers of pictures as graph operations: kind, size, orientation, and what cannot be decoded.

The graph decodes what TensorFlow has operations for. Nothing here fails: what is damaged gets
numbers that make no sense, and the decoder refuses it.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from tasks.exports.graph_bytes import GraphBytes
from tasks.exports.orientation import UPRIGHT, orientation
from tasks.networks.tensorflow import import_tensorflow

#: Kinds of pictures, in the order of their readers.
OTHER, JPEG, PNG, GIF, BMP = range(5)
_STARTS = ((JPEG, b"\xff\xd8\xff"), (PNG, b"\x89PNG\r\n\x1a\n"), (GIF, b"GIF8"), (BMP, b"BM"))
# Encoders write about ten segments; a file of one byte a segment would keep a graph busy.
_MOST_SEGMENTS = 10_000
# Colour types of a PNG.
_GREY, _GREY_ALPHA, _COLOUR_ALPHA = 0, 4, 6
_XMP_START = b"http://ns.adobe.com/xap/1.0/\0"


@dataclass(frozen=True)
class Header:
    """Facts in the header of a picture, scalar tensors.

    Attributes:
        kind: int64, one of this module's constants.
        width: int64, in pixels.
        height: int64, in pixels.
        orientation: int64, 1 to 8.
        exact: bool; whether the graph decodes the picture to what ``extract_dataset`` makes of it.
        alpha: bool; whether a PNG has transparency.
        arithmetic: bool; whether a JPEG is coded arithmetically.
    """

    kind: Any
    width: Any
    height: Any
    orientation: Any
    exact: Any
    alpha: Any
    arithmetic: Any


def read_header(data: Any) -> Header:
    """Return the header of a picture, a string scalar."""
    tf = import_tensorflow()
    file = GraphBytes(data)
    kind = tf.constant(OTHER, tf.int64)
    for number, start in _STARTS:
        kind = tf.where(file.has(0, start), tf.constant(number, tf.int64), kind)
    readers = (_read_other, _read_jpeg, _read_png, _read_gif, _read_bmp)
    branches = [partial(read, file) for read in readers]
    return Header(kind, *tf.switch_case(tf.cast(kind, tf.int32), branches))


def _rest(
    *, orientation: Any, exact: Any, alpha: Any = False, arithmetic: Any = False
) -> list[Any]:
    tf = import_tensorflow()
    flags = [tf.convert_to_tensor(flag) for flag in (exact, alpha, arithmetic)]
    return [tf.cast(orientation, tf.int64), *flags]


def _read_other(_file: GraphBytes) -> list[Any]:
    """Return the facts of what is no picture, or of a kind that the graph does not decode."""
    nothing = import_tensorflow().constant(0, "int64")
    return [nothing, nothing, *_rest(orientation=UPRIGHT, exact=False)]


def _read_jpeg(file: GraphBytes) -> list[Any]:
    """Return the facts of a JPEG: its segments up to the first scan are read (T.81, annex B)."""
    tf = import_tensorflow()
    zero, no = tf.constant(0, tf.int64), tf.constant(False)

    def step(place: Any, _ended: Any, frame: Any, tiff: Any, xmp: Any) -> list[Any]:
        marker = file.number(place + 1, 1)
        is_marker = (file.number(place, 1) == 0xFF) & (marker != 0) & (marker != 0xFF)
        alone = (marker == 0x01) | ((marker >= 0xD0) & (marker <= 0xD8))
        length = tf.where(alone, zero, tf.maximum(file.number(place + 2, 2), 2))
        is_frame = (marker >= 0xC0) & (marker <= 0xCF)
        is_frame &= (marker != 0xC4) & (marker != 0xC8) & (marker != 0xCC)
        is_app1 = is_marker & (marker == 0xE1)
        is_exif = is_app1 & (tiff == 0) & file.has(place + 4, b"Exif\0\0")
        is_xmp = is_app1 & file.has(place + 4, _XMP_START)
        following = tf.where(is_marker, place + 2 + length, place + 1)
        scan = is_marker & ((marker == 0xDA) | (marker == 0xD9))
        return [
            following,
            scan | (following >= tf.cast(file.size, tf.int64)),
            tf.where(is_marker & is_frame, place, frame),
            tf.where(is_exif, place + 10, tiff),
            tf.where(is_xmp, place, xmp),
        ]

    _, _, frame, tiff, xmp = tf.while_loop(
        lambda _place, ended, *_found: ~ended,
        step,
        [zero + 2, no, zero, zero, zero],
        maximum_iterations=_MOST_SEGMENTS,
    )
    start = xmp + 4 + len(_XMP_START)
    turned = orientation(
        file,
        tiff=tiff,
        xmp=start,
        xmp_length=tf.where(xmp > 0, file.number(xmp + 2, 2) - 2 - len(_XMP_START), 0),
    )
    sizes = [file.number(frame + 7, 2), file.number(frame + 5, 2)]
    arithmetic = (frame > 0) & (file.number(frame + 1, 1) >= 0xC9)
    return sizes + _rest(orientation=turned, exact=True, arithmetic=arithmetic)


def _read_png(file: GraphBytes) -> list[Any]:
    """Return the facts of a PNG: its chunks before the picture's data are read."""
    tf = import_tensorflow()
    zero, no = tf.constant(0, tf.int64), tf.constant(False)

    def step(place: Any, _ended: Any, tiff: Any, clear: Any) -> list[Any]:
        following = place + 12 + file.number(place, 4)
        ended = file.has(place + 4, b"IDAT") | (following >= tf.cast(file.size, tf.int64))
        is_exif = file.has(place + 4, b"eXIf")
        clear |= file.has(place + 4, b"tRNS")
        return [following, ended, tf.where(is_exif, place + 8, tiff), clear]

    _, _, tiff, clear = tf.while_loop(
        lambda _place, ended, *_found: ~ended,
        step,
        [zero + 8, no, zero, no],
        maximum_iterations=_MOST_SEGMENTS,
    )
    turned = orientation(file, tiff=tiff, xmp=zero, xmp_length=zero)
    depth, colours = file.number(24, 1), file.number(25, 1)
    # Pillow compares the transparent grey with samples of 8 bits, whatever the depth.
    exact = ~(clear & (colours == _GREY) & (depth != 8) & (depth != 1))
    alpha = clear | (colours == _GREY_ALPHA) | (colours == _COLOUR_ALPHA)
    rest = _rest(orientation=turned, exact=exact, alpha=alpha)
    return [file.number(16, 4), file.number(20, 4), *rest]


def _read_gif(file: GraphBytes) -> list[Any]:
    """Return the facts of a GIF: what stands before its first frame is read.

    TensorFlow's decoder knows no transparency, and the parts of the canvas that the first frame
    leaves out are black to it.
    """
    tf = import_tensorflow()
    zero, no = tf.constant(0, tf.int64), tf.constant(False)
    flags = file.number(10, 1)
    colours = tf.where(flags >= 128, 3 * tf.bitwise.left_shift(zero + 2, flags % 8), zero)

    def step(place: Any, _ended: Any, inside: Any, clear: Any) -> list[Any]:
        first = file.number(place, 1)
        extends = ~inside & (first == 0x21)
        is_control = extends & (file.number(place + 1, 1) == 0xF9)
        flag = file.number(place + 3, 1) % 2 == 1
        following = tf.where(extends, place + 2, tf.where(inside, place + 1 + first, place))
        ended = (~inside & ~extends) | (following >= tf.cast(file.size, tf.int64))
        return [following, ended, extends | (inside & (first != 0)), clear | (is_control & flag)]

    place, _, _, clear = tf.while_loop(
        lambda _place, ended, *_found: ~ended,
        step,
        [13 + colours, no, no, no],
        maximum_iterations=_MOST_SEGMENTS,
    )
    canvas = [file.number(place, 2, little=True) for place in (6, 8)]
    frame = [file.number(place + offset, 2, little=True) for offset in (1, 3, 5, 7)]
    whole = (frame[0] == 0) & (frame[1] == 0) & (frame[2] == canvas[0]) & (frame[3] == canvas[1])
    return canvas + _rest(orientation=UPRIGHT, exact=whole & ~clear)


def _read_bmp(file: GraphBytes) -> list[Any]:
    """Return the facts of a BMP; TensorFlow's decoder knows no palettes and no masks."""
    tf = import_tensorflow()
    plain = (file.number(28, 2, little=True) == 24) & (file.number(30, 4, little=True) == 0)
    width, height = (file.number(place, 4, little=True) for place in (18, 22))
    # A negative height means that the first row is the upper one.
    height = tf.where(height >= 2**31, 2**32 - height, height)
    return [width, height, *_rest(orientation=UPRIGHT, exact=plain)]
