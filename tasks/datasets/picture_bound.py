"""Bound of a picture's size, the same where data are checked and in both feature engines."""

# A few hundred bytes can claim any size. This is the size from which Pillow itself refuses a
# picture as a decompression bomb, so its own guard stays as it is. Cameras of 150 megapixels and
# telephones of 108 are within it; a telephone's 200 are not. TensorFlow's bound is 2**29 pixels.
#
# The cost, measured on pictures of 36 megapixels: Pillow takes 12 bytes of memory for each pixel at
# worst (a PNG with transparency; a JPEG that is kept takes 0 to 6), so 2 GiB at the bound, for one
# such picture at a time. The bigdl engine takes a byte of the heap for each sample, at the bound
# 512 MiB for red, green and blue: half of the default executor_memory, 2g, holds any picture. A
# smaller heap refuses by name what it cannot hold (jvm/PictureMemory.scala).
#: The most pixels of a picture. jvm/Jpeg.scala has the same number.
MOST_PIXELS = 178_956_970


def size_problem(width: int, height: int) -> str | None:
    """Return size and bound in words if a picture is too large to decode, else None.

    Args:
        width: of the picture as its header has it, in pixels.
        height: likewise.
    """
    if width * height <= MOST_PIXELS:
        return None
    return f"{width:,} x {height:,} pixels, more than the {MOST_PIXELS:,} that Graft decodes"
