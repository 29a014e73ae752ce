"""Pictures decoded and turned into JPEGs, with Pillow.

Pillow is only ever asked for one of the formats that ``tasks.datasets.signature`` knows, and only
after the size in the header was found to be in bounds.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, cast

from tasks.datasets.picture_bound import MOST_PIXELS, size_problem
from tasks.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

#: libjpeg's quality of the JPEGs that are written, without subsampling of colours.
QUALITY = 98

#: Remarks on a picture that was converted.
ALPHA = "with transparency laid over white"
TURNED = "turned upright as the EXIF orientation says"
DEPTH = "with 16 bits a sample cut to 8"
SHRUNK = "scaled down to the longest side of max_side"

# Above this many pixels pictures are decoded one at a time: memory must not grow with the cores.
_LARGE_PIXELS = 2**24
_LARGE = threading.Lock()
# Pictures are first brought, quickly, to this many times the wanted size, and then scaled well.
_GAP = 2.0
_ORIENTATION = 0x0112
_DEEP_MODES = {"I", "I;16", "I;16L", "I;16B", "I;16N"}
_DEEPEST = 2**16 - 1
_COLOUR_MODES = {"P", "RGB", "RGBX", "CMYK", "YCbCr", "HSV"}


def check_size(width: int, height: int) -> None:
    """Raise a ``PictureError`` if a picture has no pixels or too many."""
    if width < 1 or height < 1:
        raise PictureError(f"is {width} x {height} pixels, expected at least one")
    if too_large := size_problem(width, height):
        raise PictureError(f"is {too_large}")


def read_size(data: bytes, kind: str) -> tuple[int, int]:
    """Return width and height of a picture as its header has them, in pixels; decode nothing.

    Args:
        data: a whole file.
        kind: its format, one of ``tasks.datasets.signature.PICTURES``.

    Raises:
        PictureError: it has no header, or is too large for any use.
    """
    with _opened(data, kind) as image:
        return image.size


def check_decodes(jpeg: bytes) -> int:
    """Return the EXIF orientation, 1 to 8, of a JPEG that can be decoded; 1 is upright.

    At an eighth of its size all of its data are read and checked, in less time.

    Raises:
        PictureError: it is damaged or cut short.
    """
    with _opened(jpeg, "JPEG") as image:
        # MPO is JPEG with more pictures behind the first.
        image.draft(image.mode, (1, 1))
        image.load()
        return _orientation(image)


def convert(
    data: bytes, kind: str, max_side: int | None = None
) -> tuple[bytes, tuple[int, int], tuple[str, ...]]:
    """Return a picture as an upright JPEG of 8 bits, grey or RGB.

    Args:
        data: a whole file.
        kind: its format, one of ``tasks.datasets.signature.PICTURES``.
        max_side: of the JPEG, in pixels; None: the picture keeps its size.

    Returns:
        The JPEG, its width and height, and remarks.

    Raises:
        PictureError: it is damaged, cut short, too large, or its samples are no 8 or 16 bits.
    """
    from PIL import ImageOps

    with _opened(data, kind) as image:
        side = max_side if max_side is not None and max(image.size) > max_side else None
        if side:
            _draft(image, side)
        image.load()
        check_size(*image.size)
        turned = _orientation(image) != 1
        plain, remarks = _flattened(ImageOps.exif_transpose(image) if turned else image)
        if side:
            plain.thumbnail((side, side), reducing_gap=_GAP)
            remarks = (SHRUNK, *remarks)
        output = io.BytesIO()
        # Neither EXIF nor a colour profile goes along: the orientation is applied, and neither
        # engine reads profiles.
        plain.save(output, "JPEG", quality=QUALITY, subsampling=0, exif=b"", icc_profile=None)
    return output.getvalue(), plain.size, (TURNED, *remarks) if turned else remarks


def _draft(image: "Image", max_side: int) -> None:
    """Have a JPEG decoded at a half, a quarter or an eighth of its size, if that is still larger.

    libjpeg leaves out the high frequencies of every block, which takes less time than decoding and
    scaling.
    """
    factor = _GAP * max_side / max(image.size)
    if factor < 1:
        width, height = (max(int(side * factor), 1) for side in image.size)
        image.draft(image.mode, (width, height))


@contextmanager
def _opened(data: bytes, kind: str) -> Iterator["Image"]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=[kind.upper()]) as image:
            check_size(*image.size)
            with _LARGE if image.width * image.height > _LARGE_PIXELS else nullcontext():
                yield image
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(
            f"is larger than the {MOST_PIXELS:,} pixels that Graft decodes"
        ) from None
    except Exception as error:
        # Pillow's plugins raise whatever the damage makes of the file: OSError, SyntaxError,
        # struct.error, KeyError and more.
        raise PictureError(f"is a damaged {kind}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    lines = str(error).splitlines()
    # Pillow's words for an unknown start end in the address of an object of ours.
    return lines[0].partition(" <_io.")[0] if lines else type(error).__name__


def _orientation(image: "Image") -> int:
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except Exception:
        # Damaged EXIF raises anything; the picture itself is whole.
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _flattened(image: "Image") -> tuple["Image", tuple[str, ...]]:
    """Return an image in mode L or RGB, and remarks."""
    if image.mode in _DEEP_MODES:
        return _cut(image), (DEPTH,)
    if image.has_transparency_data:
        from PIL import Image

        seen = image.convert("RGBA")
        if seen.getchannel("A").getextrema() != (255, 255):
            white = Image.new("RGBA", seen.size, "white")
            return Image.alpha_composite(white, seen).convert("RGB"), (ALPHA,)
        return seen.convert("RGB"), ()
    if image.mode in {"1", "L"}:
        return image.convert("L"), ()
    if image.mode not in _COLOUR_MODES:
        raise PictureError(f"has samples of the kind {image.mode}, expected 8 or 16 bits a sample")
    return image.convert("RGB"), ()


def _cut(image: "Image") -> "Image":
    low, high = cast("tuple[int, int]", image.getextrema())
    if low < 0 or high > _DEEPEST:
        raise PictureError(f"has samples from {low} to {high}, expected 0 to {_DEEPEST}")
    return image.point(lambda sample: sample * (1 / 256)).convert("L")
