import pytest
from PIL import Image

from tasks.datasets.picture_bound import MOST_PIXELS, size_problem
from tasks.params.spark import SparkParams


def test_the_bound_is_that_from_which_pillow_refuses() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert MOST_PIXELS == 2 * Image.MAX_IMAGE_PIXELS


def test_half_of_the_default_heap_of_a_local_run_holds_a_picture_at_the_bound() -> None:
    # The most that jvm/Jpeg.scala counts for a pixel of three components.
    needed = 12 * MOST_PIXELS
    assert SparkParams().driver_memory == "4g"
    assert needed <= 4 * 2**30 / 2


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (12000, 9000), (14204, 10652), (17895697, 10)]
)
def test_a_picture_within_the_bound_is_no_problem(width: int, height: int) -> None:
    assert size_problem(width, height) is None


def test_a_larger_one_is_told_with_its_size_and_the_bound() -> None:
    assert size_problem(17895698, 10) is not None
    assert size_problem(23000, 22000) == (
        "23,000 x 22,000 pixels, more than the 178,956,970 that Graft decodes"
    )
