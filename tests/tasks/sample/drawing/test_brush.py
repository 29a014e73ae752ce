from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.geometry import Pose

BLUE = (20, 40, 220)
BrushOn = Callable[[int], Brush]
Painted = Callable[[], npt.NDArray[np.uint8]]


@pytest.fixture
def brush(brush_on: BrushOn) -> Brush:
    return brush_on(1)


def test_a_filled_outline_ends_at_rounded_pixels(brush: Brush, painted: Painted) -> None:
    brush.fill(np.array([[9.6, 19.6], [30.4, 19.6], [30.4, 40.4], [9.6, 40.4]]), BLUE)
    expected = np.zeros((200, 200), bool)
    expected[20:41, 10:31] = True
    assert np.array_equal(painted(), expected)


def test_an_opaque_colour_replaces_and_a_glaze_blends(brush: Brush, canvas: Image.Image) -> None:
    square = np.array([[0, 0], [9, 0], [9, 9], [0, 9]])
    brush.fill(square, BLUE)
    brush.fill(square + 100, BLUE, 128)
    assert canvas.getpixel((5, 5)) == BLUE
    # 128 of 255 of the colour on grey, to one level.
    assert canvas.getpixel((105, 105)) == pytest.approx((70, 80, 170), abs=1)


def test_a_line_is_a_pixel_wide(brush: Brush, painted: Painted) -> None:
    brush.line(np.array([[10, 50], [20, 50]]), BLUE)
    rows, columns = painted().nonzero()
    assert set(rows) == {50}
    assert (columns.min(), columns.max()) == (10, 20)


@pytest.mark.parametrize("alpha", [255, 100])
def test_a_spot_is_round(brush: Brush, painted: Painted, alpha: int) -> None:
    brush.spot((60, 80), 20, BLUE, alpha)
    rows, columns = painted().nonzero()
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (60, 100, 40, 80)
    # A circle of 41 pixels across, its edge rounded.
    assert painted().sum() == pytest.approx(np.pi * 20.5**2, rel=0.02)


def test_a_disc_is_squashed_and_turned_as_its_pose(brush: Brush, painted: Painted) -> None:
    brush.disc(Pose(x=100, y=100, radius=40, turn=0.25, squash=0.5), BLUE)
    rows, columns = painted().nonzero()
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (60, 140, 80, 120)


def test_random_places_are_all_over_the_canvas(brush: Brush) -> None:
    places = np.array([brush.somewhere() for _ in range(500)])
    assert places.shape == (500, 2)
    assert (places >= 0).all()
    assert (places < 200).all()
    assert (places.min(axis=0) < 10).all()
    assert (places.max(axis=0) > 190).all()
