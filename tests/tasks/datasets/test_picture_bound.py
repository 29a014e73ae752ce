import pytest
from PIL import Image

from tasks.datasets.picture_bound import MOST_PIXELS, size_error


def test_the_bound_is_that_from_which_pillow_refuses() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert MOST_PIXELS == 2 * Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(("width", "height"), [(1, 1), (14204, 10652), (17895697, 10)])
def test_a_picture_within_the_bound_is_no_error(width: int, height: int) -> None:
    assert size_error(width, height) is None


def test_a_larger_one_is_told_with_its_size_and_the_bound() -> None:
    assert size_error(17895698, 10) is not None
    assert size_error(23000, 22000) == (
        "image/encoded is a JPEG of 23,000 x 22,000 pixels, more than the 178,956,970 that Graft "
        "decodes"
    )
