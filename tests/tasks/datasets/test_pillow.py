import pytest

from support.sources import encoded, image
from tasks.datasets.picture_bound import MOST_PIXELS
from tasks.datasets.pillow import check_decodes, check_size, convert
from tasks.errors import PictureError


def test_sizes() -> None:
    check_size(1, MOST_PIXELS)
    with pytest.raises(
        PictureError, match=r"^is 1 x 178,956,971 pixels, more than the 178,956,970"
    ):
        check_size(1, MOST_PIXELS + 1)
    with pytest.raises(PictureError, match="is -1 x 5 pixels, expected at least one"):
        check_size(-1, 5)


def test_decoding_is_checked_to_the_end() -> None:
    data = encoded(image(1, (300, 200)))
    assert check_decodes(data) == 1
    with pytest.raises(PictureError, match="is a damaged JPEG: image file is truncated"):
        check_decodes(data[:-50])


def test_another_format_than_was_told_is_not_tried() -> None:
    with pytest.raises(PictureError, match="is a damaged PNG: cannot identify image file"):
        convert(encoded(image(1)), "PNG")


def test_neither_exif_nor_profile_goes_along() -> None:
    data, size, remarks = convert(encoded(image(1), icc_profile=b"profile" * 9), "JPEG")
    assert b"profile" not in data
    assert (size, remarks) == ((24, 16), ())
