"""The header of a JPEG, as far as it decides whether both feature engines decode the picture."""

from dataclasses import dataclass

from tasks.errors import PictureError

_START_OF_SCAN = 0xDA
_STANDALONE = {0x01, *range(0xD0, 0xD9)}
# Start-of-frame markers, ITU-T T.81 table B.1; 0xC4, 0xC8 and 0xCC are none.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ARITHMETIC = range(0xC9, 0xD0)
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}


@dataclass(frozen=True)
class JpegHeader:
    """What is known of a JPEG before it is decoded.

    Attributes:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        components: 1 (grey), 3 (colours) or 4 (CMYK) in all that is usual.
        bits: of a sample.
        arithmetic: whether it is coded arithmetically, which the ``bigdl`` engine does not decode.
        lossless: whether it is coded without loss, which neither engine decodes.
        scans: how many passes over the picture its data are.
        ended: whether the mark of its end is there.
    """

    width: int
    height: int
    components: int
    bits: int
    arithmetic: bool
    lossless: bool
    scans: int
    ended: bool


def read_jpeg_header(data: bytes) -> JpegHeader:
    """Return the header of a JPEG.

    Raises:
        PictureError: it has none, or ends before its picture starts.
    """
    place = 2
    frame: tuple[int, int] | None = None
    while True:
        marker, content = _next_segment(data, place)
        if marker == _START_OF_SCAN:
            break
        if marker in _FRAMES:
            frame = marker, content
        place = content if marker in _STANDALONE else content + _length(data, content)
    if frame is None or frame[1] + 8 > len(data):
        raise PictureError("is a damaged JPEG: it has no picture's size")
    marker, content = frame
    return JpegHeader(
        bits=data[content + 2],
        height=int.from_bytes(data[content + 3 : content + 5], "big"),
        width=int.from_bytes(data[content + 5 : content + 7], "big"),
        components=data[content + 7],
        arithmetic=marker in _ARITHMETIC,
        lossless=marker in _LOSSLESS,
        # In a picture's data 0xFF is followed by 0, so these two bytes are markers.
        scans=data.count(b"\xff\xda", place),
        ended=data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda"),
    )


def _next_segment(data: bytes, place: int) -> tuple[int, int]:
    """Return the next marker at or after ``place``, and where what follows it starts."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 2 > len(data):
            raise PictureError("is a damaged JPEG: it ends before its picture starts")
        marker = data[place + 1]
        if marker not in {0x00, 0xFF}:
            return marker, place + 2
        place += 1


def _length(data: bytes, content: int) -> int:
    return max(int.from_bytes(data[content : content + 2], "big"), 2)
