"""A picture made ready for a model: converted as ``extract_dataset`` does it, within a bound."""

from tasks.datasets.jpeg import read_jpeg_header
from tasks.datasets.picture import Picture, prepare
from tasks.datasets.picture_bound import MOST_PIXELS
from tasks.datasets.pillow import read_size
from tasks.datasets.signature import HEAD_BYTES, PICTURES, kind_of
from tasks.errors import PictureError


def ready(data: bytes, most_pixels: int = MOST_PIXELS, max_side: int | None = None) -> Picture:
    """Return a picture as the model's graph decodes it.

    Args:
        data: a whole file of a kind that ``tasks.datasets.picture.prepare`` takes.
        most_pixels: the most pixels that it may have; they are counted before anything is decoded.
        max_side: of the pictures that the model was trained on, in pixels.

    Raises:
        PictureError: it is no picture, cannot be decoded, or is too large.
    """
    kind = kind_of(data[:HEAD_BYTES])
    if most_pixels < MOST_PIXELS and kind in PICTURES:
        width, height = _size(data, kind)
        if width * height > most_pixels:
            raise PictureError(
                f"has {width:,} x {height:,} pixels, expected at most {most_pixels:,}"
            )
    return prepare(data, max_side)


def _size(data: bytes, kind: str) -> tuple[int, int]:
    if kind != "JPEG":
        return read_size(data, kind)
    header = read_jpeg_header(data)
    return header.width, header.height
