import pytest

from support.sources import encoded, image
from tasks.datasets.jpeg import JpegHeader, read_jpeg_header
from tasks.errors import PictureError

BASE = image(1, (40, 24))


def test_a_header() -> None:
    assert read_jpeg_header(encoded(BASE)) == JpegHeader(
        width=40,
        height=24,
        components=3,
        bits=8,
        arithmetic=False,
        lossless=False,
        scans=1,
        ended=True,
    )
    assert read_jpeg_header(encoded(BASE.convert("L"))).components == 1
    assert read_jpeg_header(encoded(BASE.convert("CMYK"))).components == 4
    assert read_jpeg_header(encoded(BASE, progressive=True)).scans > 3


def test_the_end() -> None:
    data = encoded(BASE)
    assert read_jpeg_header(data + b"more").ended
    assert not read_jpeg_header(data[:-2]).ended


def test_a_thumbnail_is_not_the_picture() -> None:
    # A whole JPEG in a segment of its own, as in EXIF.
    inner = encoded(image(2, (8, 8)))
    segment = b"\xff\xe1" + (len(inner) + 2).to_bytes(2, "big") + inner
    data = encoded(BASE)
    found = read_jpeg_header(data[:2] + segment + data[2:])
    assert (found.width, found.height, found.scans) == (40, 24, 1)


@pytest.mark.parametrize("cut", [2, 4, 20, 100])
def test_cut_short(cut: int) -> None:
    with pytest.raises(PictureError, match="is a damaged JPEG: it ends before its picture starts"):
        read_jpeg_header(encoded(BASE)[:cut])


def test_without_a_size() -> None:
    with pytest.raises(PictureError, match="is a damaged JPEG: it has no picture's size"):
        read_jpeg_header(b"\xff\xd8\xff\xda\0\x08")
