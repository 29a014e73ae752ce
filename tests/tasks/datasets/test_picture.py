"""One picture made fit for both engines."""

import io
import os
import struct
import threading
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from support.sources import encoded, image
from tasks.datasets import pillow
from tasks.datasets.jpeg import read_jpeg_header
from tasks.datasets.picture import ARITHMETIC, prepare
from tasks.datasets.picture_bound import MOST_PIXELS
from tasks.datasets.pillow import ALPHA, DEPTH, SHRUNK, TURNED
from tasks.errors import PictureError
from tasks.networks.tensorflow import import_tensorflow

BASE = image(1, (40, 24))
JPEG = encoded(BASE)


def with_orientation(orientation: int, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(BASE, kind, exif=exif)


def pixels(data: bytes) -> "np.ndarray[Any, Any]":
    """Return a JPEG as the dumped graph decodes it."""
    decoded = import_tensorflow().io.decode_jpeg(data, channels=3, dct_method="INTEGER_ACCURATE")
    return np.asarray(decoded.numpy()).astype(int)


def difference(data: bytes, wanted: Image.Image) -> float:
    """Return the mean difference to a picture, in levels of 255."""
    return float(np.abs(pixels(data) - np.asarray(wanted.convert("RGB"), int)).mean())


class TestKept:
    @pytest.mark.parametrize(
        "data",
        [
            JPEG,
            encoded(BASE, progressive=True),
            encoded(BASE.convert("L")),
            encoded(BASE.convert("CMYK")),
            encoded(BASE, restart_marker_blocks=1),
            encoded(BASE, "MPO", save_all=True, append_images=[image(2)]),
            JPEG + b"\0 something behind",
            with_orientation(1),
            with_orientation(9),
        ],
    )
    def test_a_jpeg_that_needs_nothing_is_kept_to_the_byte(self, data: bytes) -> None:
        picture = prepare(data)
        assert picture.kept
        assert picture.data == data
        assert (picture.width, picture.height) == (40, 24)
        assert picture.remarks == ()
        assert pixels(picture.data).shape == (24, 40, 3)

    def test_damaged_exif_is_no_damage(self) -> None:
        data = with_orientation(1).replace(b"Exif\0\0MM", b"Exif\0\0??")
        data = data.replace(b"Exif\0\0II", b"Exif\0\0??")
        assert prepare(data).kept


#: EXIF 2.32, table 6: what is done to a stored picture so that it is upright.
TURNS: dict[int, Any] = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: np.rot90,
}


class TestConverted:
    @pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
    @pytest.mark.parametrize("mode", ["RGB", "L", "P", "1"])
    def test_pixels_stay(self, kind: str, mode: str) -> None:
        picture = BASE.convert(mode)
        made = prepare(encoded(picture, kind))
        assert not made.kept
        assert read_jpeg_header(made.data).components == (1 if mode in {"L", "1"} else 3)
        # Dithering to a few colours makes sharp edges, which JPEG blurs.
        assert difference(made.data, picture) < (4 if mode in {"P", "1"} else 1)

    @pytest.mark.parametrize("kind", ["WebP", "GIF"])
    def test_the_first_frame_is_taken(self, kind: str) -> None:
        more = image(2, (40, 24))
        data = encoded(BASE, kind.upper(), save_all=True, append_images=[more], lossless=True)
        # A GIF has 256 colours.
        assert difference(prepare(data).data, BASE) < (8 if kind == "GIF" else 1)
        assert difference(prepare(data).data, more) > 20

    def test_colours_are_not_subsampled(self) -> None:
        made = prepare(encoded(BASE, "PNG"))
        start = made.data.index(b"\xff\xc0")
        assert [made.data[start + 11 + 3 * i] for i in range(3)] == [0x11, 0x11, 0x11]

    @pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
    def test_transparency_is_laid_over_white(self, mode: str) -> None:
        clear = BASE.convert("RGBA")
        clear.putalpha(0)
        half = BASE.convert("RGBA")
        half.putalpha(128)
        made = prepare(encoded(clear.convert("LA") if mode == "LA" else clear, "PNG"))
        assert made.remarks == (ALPHA,)
        assert pixels(made.data).min() == 255
        blended = np.asarray(BASE, int) * 128 / 255 + 255 * 127 / 255
        made = prepare(encoded(half, "PNG"))
        assert np.abs(pixels(made.data) - blended).mean() < 1

    def test_a_palette_with_a_transparent_colour(self) -> None:
        flat = Image.new("P", (8, 8), 3)
        flat.putpalette([200, 30, 40] * 256)
        made = prepare(encoded(flat, "PNG", transparency=3))
        assert made.remarks == (ALPHA,)
        assert pixels(made.data).min() == 255

    def test_an_alpha_of_no_effect_is_not_told(self) -> None:
        assert prepare(encoded(BASE.convert("RGBA"), "PNG")).remarks == ()

    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_16_bits_are_cut_to_8(self, kind: str) -> None:
        levels = np.linspace(0, 65535, 40 * 24).reshape(24, 40).astype(np.uint16)
        made = prepare(encoded(Image.fromarray(levels), kind))
        assert made.remarks == (DEPTH,)
        assert np.abs(pixels(made.data)[..., 0] - levels // 256).max() <= 2

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("orientation", range(2, 9))
    def test_the_exif_orientation_is_applied(self, kind: str, orientation: int) -> None:
        data = with_orientation(orientation, kind)
        made = prepare(data)
        assert made.remarks == (TURNED,)
        with Image.open(io.BytesIO(data)) as stored:
            wanted = TURNS[orientation](np.asarray(stored.convert("RGB")))
        assert (made.height, made.width) == wanted.shape[:2]
        assert difference(made.data, Image.fromarray(wanted)) < 1
        assert prepare(made.data).kept

    def test_cmyk_of_a_tiff(self) -> None:
        made = prepare(encoded(BASE.convert("CMYK"), "TIFF"))
        assert difference(made.data, BASE) < 1

    def test_a_jpeg_without_its_end_is_stored_anew(self) -> None:
        # Pillow takes it, TensorFlow does not.
        data = JPEG[:-2]
        try:
            made = prepare(data + b"\xff")
        except PictureError:
            return
        assert not made.kept
        assert pixels(made.data).shape == (24, 40, 3)

    def test_arithmetic_coding_is_told(self) -> None:
        assert read_jpeg_header(ARITHMETIC_JPEG).arithmetic
        made = prepare(ARITHMETIC_JPEG)
        assert made.remarks == (ARITHMETIC,)
        assert not read_jpeg_header(made.data).arithmetic
        assert np.abs(pixels(made.data) - 128).max() <= 1


def _arithmetic() -> bytes:
    """Return an 8 x 8 grey JPEG with arithmetic coding, ITU-T T.81, all of whose levels are 128.

    Every coefficient is 0; the most probable decisions of all take no bits.
    """
    table = b"\xff\xdb\x00\x43\x00" + bytes([1] * 64)
    frame = b"\xff\xc9\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    return b"\xff\xd8" + table + frame + scan + b"\x00\x00" + b"\xff\xd9"


ARITHMETIC_JPEG = _arithmetic()


def png_of(width: int, height: int) -> bytes:
    """Return a PNG whose header claims a size."""
    header = struct.pack(">4sIIBBBBB", b"IHDR", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    return start + struct.pack(">I", zlib.crc32(header)) + encoded(BASE, "PNG")[33:]


def jpeg_of(width: int, height: int, bits: int = 8, marker: int = 0xC0) -> bytes:
    """Return a JPEG whose header claims a size."""
    data = bytearray(JPEG)
    place = data.index(b"\xff\xc0")
    data[place + 1] = marker
    data[place + 4 : place + 9] = struct.pack(">BHH", bits, height, width)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "^is empty, expected a picture"),
        (b"text", "^is no picture, it starts with '74 65 78 74'; expected JPEG, PNG, WebP, GIF, B"),
        (b"<html>", "^is of the kind HTML page; expected JPEG, PNG"),
        (b"\0\0\0\x18ftypheic", "^is of the kind HEIF picture; expected"),
        (b"\0\0\0\x18ftypavif", "^is of the kind AVIF picture"),
        (b"<svg xmlns=''/>", "^is of the kind SVG picture"),
        (JPEG[:-100], "^is a damaged JPEG: image file is truncated"),
        (JPEG[:30], "^is a damaged JPEG: it ends before its picture starts"),
        (JPEG[:4], "^is a damaged JPEG: it ends before"),
        (encoded(BASE, "PNG")[:-60], "^is a damaged PNG: "),
        (encoded(BASE, "WEBP")[:60], "^is a damaged WebP: "),
        (encoded(BASE, "GIF")[:20], "^is a damaged GIF: "),
        (encoded(BASE, "TIFF")[:100], "^is a damaged TIFF: "),
        (encoded(BASE, "BMP")[:100], "^is a damaged BMP: "),
        (jpeg_of(23_000, 23_000), "^is 23,000 x 23,000 pixels, more than the 178,956,970 that"),
        (jpeg_of(0, 5), "^is 0 x 5 pixels, expected at least one"),
        (
            jpeg_of(40, 24, bits=12),
            "^is a JPEG with 12 bits a sample, which neither engine decodes",
        ),
        (jpeg_of(40, 24, marker=0xC3), "^is a JPEG with lossless coding, which neither engine"),
        (jpeg_of(16_320, 12_240), "^is 16,320 x 12,240 pixels, more than the 178,956,970 that"),
        (png_of(60_000, 60_000), "^is larger than the 178,956,970 pixels that Graft decodes"),
        (encoded(BASE.convert("F"), "TIFF"), "^has samples of the kind F, expected 8 or 16 bits"),
    ],
)
def test_what_cannot_be_used(data: bytes, message: str) -> None:
    with pytest.raises(PictureError, match=message):
        prepare(data)


def test_a_jpeg_of_thousands_of_scans_is_not_decoded() -> None:
    data = encoded(BASE, progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(PictureError, match=r"is a JPEG of .* scans, expected at most 100"):
        prepare(data[:last] + data[last:-2] * 5000 + b"\xff\xd9")


def test_large_pictures_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pillow, "_LARGE_PIXELS", 1)
    threads = [threading.Thread(target=prepare, args=(encoded(BASE, "PNG"),)) for _ in range(4)]
    with pillow._LARGE:
        for thread in threads:
            thread.start()
        threads[0].join(0.05)
        assert all(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join()


SOURCES = [
    JPEG,
    encoded(BASE, progressive=True),
    *(encoded(BASE, kind) for kind in ("PNG", "WEBP", "GIF", "BMP", "TIFF")),
    with_orientation(6),
    ARITHMETIC_JPEG,
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SOURCES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    st.floats(0, 1),
)
def test_any_damage_is_one_of_our_errors(
    source: bytes, changes: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(source)
    for place, value in changes:
        data[int(place * len(data))] = value
    if kept > 0.3:
        data = data[: int(kept * 1.4 * len(data))]
    try:
        picture = prepare(bytes(data))
    except PictureError:
        return
    assert picture.width * picture.height <= MOST_PIXELS
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.size == (picture.width, picture.height)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_jpeg_header_is_read_or_refused(tail: bytes) -> None:
    try:
        read_jpeg_header(b"\xff\xd8\xff" + tail)
    except PictureError:
        return


def test_noise_is_no_picture() -> None:
    for _ in range(20):
        with pytest.raises(PictureError):
            prepare(b"\xff\xd8\xff" + os.urandom(500))


class TestMaxSide:
    """Large pictures scaled down to a longest side."""

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
    @pytest.mark.parametrize("mode", ["RGB", "L"])
    def test_a_longer_picture_is_scaled_down(self, kind: str, mode: str) -> None:
        large = image(3, (40, 24)).resize((800, 480), Image.Resampling.BICUBIC).convert(mode)
        picture = prepare(encoded(large, kind), max_side=100)
        assert (picture.width, picture.height) == (100, 60)
        assert not picture.kept
        assert SHRUNK in picture.remarks
        # A box filter on all pixels, as an independent way to scale: a level or two of 255, and
        # GIF has few colours.
        wanted = large.resize((100, 60), Image.Resampling.BOX)
        assert difference(picture.data, wanted) < (8 if kind == "GIF" else 3)

    @pytest.mark.parametrize("size", [(100, 60), (60, 100), (99, 100)])
    def test_a_picture_that_fits_is_kept(self, size: tuple[int, int]) -> None:
        data = encoded(image(4, size))
        assert prepare(data, max_side=100) == prepare(data)
        assert prepare(data, max_side=100).kept

    def test_a_picture_is_turned_as_well(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        large = image(3, (40, 24)).resize((800, 480), Image.Resampling.BICUBIC)
        picture = prepare(encoded(large, exif=exif), max_side=100)
        assert (picture.width, picture.height) == (60, 100)
        assert set(picture.remarks) == {SHRUNK, TURNED}
        turned = large.transpose(Image.Transpose.ROTATE_270)
        assert difference(picture.data, turned.resize((60, 100), Image.Resampling.BOX)) < 3

    def test_a_line_keeps_a_pixel(self) -> None:
        picture = prepare(encoded(image(5, (3000, 1))), max_side=64)
        assert (picture.width, picture.height) == (64, 1)

    @pytest.mark.parametrize("share", [0.3, 0.9])
    def test_a_cut_picture_is_damaged(self, share: float) -> None:
        whole = encoded(image(3, (40, 24)).resize((1600, 960)))
        with pytest.raises(PictureError, match="is a damaged JPEG"):
            prepare(whole[: int(len(whole) * share)], max_side=100)
