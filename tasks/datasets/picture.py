"""One picture made fit for both feature engines: checked, and stored anew where need be.

The dumped graph has one decoder, ``DecodeJpeg``: BigDL's loader knows no other, and the ``bigdl``
engine decodes JPEG to the very bytes that TensorFlow does. So what is no JPEG becomes one, at
quality 98 without subsampling. Measured on the features of Inception v1 with Kinetics weights
(relative difference to the features of the original pixels, mean of 150 photographs that were
cropped off JPEG's grid, and of 60 drawn pictures; bytes as a share of PNG's):

==================  ===========  =====  ====================================
stored as           photographs  drawn  bytes
==================  ===========  =====  ====================================
quality 95, 4:2:0   0.090        0.171  0.30, 0.26
quality 95, 4:4:4   0.045        0.093  0.37, 0.38
quality 98, 4:4:4   0.028        0.057  0.52, 0.66
quality 100, 4:4:4  0.017        0.036  0.77, 1.03
noise of -1, 0, 1   0.025        0.035  (for comparison)
shifted by 1 pixel  0.236        0.205  (for comparison)
==================  ===========  =====  ====================================

Quality 98 changes a feature as much as noise of one level in 255, and a tenth to a quarter of what
a shift by one pixel changes, in half of PNG's bytes; a second, lossless decoder in both engines
would buy less than the resizing that follows takes away.
"""

from dataclasses import dataclass

from tasks.datasets.jpeg import JpegHeader, read_jpeg_header
from tasks.datasets.pillow import check_decodes, check_size, convert
from tasks.datasets.signature import HEAD_BYTES, PICTURES, kind_of
from tasks.errors import PictureError

#: The most bytes of a picture.
MAX_BYTES = 256 * 2**20

# A progressive JPEG of few bytes a scan keeps a decoder busy for hours; encoders write about ten.
_MAX_SCANS = 100

# Huffman's codes have a bit at least, and a block of 64 pixels has a code at least. libjpeg makes
# up what is not there; both engines refuse such a picture, but only in the job.
_MOST_PIXELS_PER_BYTE = 512

#: Why a JPEG is stored anew; ``Picture.remarks`` also holds those of ``tasks.datasets.pillow``.
ARITHMETIC = "with arithmetic coding, which the bigdl engine does not decode, stored anew"


@dataclass(frozen=True)
class Picture:
    """A picture as a record holds it.

    Attributes:
        data: a JPEG that both engines decode.
        width: in pixels.
        height: in pixels.
        kept: whether ``data`` is what came in, to the byte.
        remarks: what was done to it beside being stored as a JPEG.
    """

    data: bytes
    width: int
    height: int
    kept: bool
    remarks: tuple[str, ...] = ()


def prepare(data: bytes, max_side: int | None = None) -> Picture:
    """Return a picture as both engines decode it; a JPEG that needs nothing is kept to the byte.

    Args:
        data: a whole file: JPEG, PNG, WebP, GIF (its first frame), BMP or TIFF (its first page).
        max_side: in pixels; a picture whose longer side is longer is scaled down to it.

    Raises:
        PictureError: it is none of these, cannot be decoded, or is too large.
    """
    kind = kind_of(data[:HEAD_BYTES])
    if kind not in PICTURES:
        raise PictureError(_no_picture(data, kind))
    if len(data) > MAX_BYTES:
        raise PictureError(f"has {len(data):,} bytes, expected at most {MAX_BYTES:,}")
    if kind == "JPEG":
        header = read_jpeg_header(data)
        _check_header(header, len(data))
        # Without the mark of its end some decoders take a JPEG and others refuse it.
        as_it_is = header.ended and not header.arithmetic and not _is_long(header, max_side)
        if as_it_is and check_decodes(data) == 1:
            return Picture(data, header.width, header.height, kept=True)
        remarks = (ARITHMETIC,) if header.arithmetic else ()
    else:
        remarks = ()
    jpeg, (width, height), more = convert(data, kind, max_side)
    return Picture(jpeg, width, height, kept=False, remarks=remarks + more)


def _is_long(header: JpegHeader, max_side: int | None) -> bool:
    return max_side is not None and max(header.width, header.height) > max_side


def _no_picture(data: bytes, kind: str) -> str:
    if not data:
        return "is empty, expected a picture"
    start = data[:4].hex(" ")
    found = f"is of the kind {kind}" if kind else f"is no picture, it starts with '{start}'"
    return f"{found}; expected {', '.join(PICTURES[:-1])} or {PICTURES[-1]}"


def _check_header(header: JpegHeader, size: int) -> None:
    check_size(header.width, header.height)
    if not header.arithmetic and header.width * header.height > size * _MOST_PIXELS_PER_BYTE:
        raise PictureError(
            f"is a damaged JPEG: its {size:,} bytes cannot hold {header.width:,} x "
            f"{header.height:,} pixels"
        )
    if header.lossless or header.bits != 8:
        coding = "lossless coding" if header.lossless else f"{header.bits} bits a sample"
        raise PictureError(f"is a JPEG with {coding}, which neither engine decodes")
    if header.scans > _MAX_SCANS:
        raise PictureError(f"is a JPEG of {header.scans:,} scans, expected at most {_MAX_SCANS}")
