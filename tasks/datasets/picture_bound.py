"""Bound of a picture's size, the same in both feature engines."""

# A few hundred bytes can claim any size. This is the size from which Pillow refuses a picture as a
# decompression bomb: 512 MiB of RGB, more than a camera of 150 megapixels takes. TensorFlow's own
# bound is 2**29. jvm/Jpeg.scala has the same number.
MOST_PIXELS = 178_956_970


def size_error(width: int, height: int) -> str | None:
    """Return why a JPEG in ``image/encoded`` is too large to decode, or None if it is not.

    Args:
        width: of the picture as its header has it, in pixels.
        height: likewise.
    """
    if width * height <= MOST_PIXELS:
        return None
    return (
        f"image/encoded is a JPEG of {width:,} x {height:,} pixels, "
        f"more than the {MOST_PIXELS:,} that Graft decodes"
    )
