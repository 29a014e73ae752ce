from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.geometry import Pose
from tasks.sample.drawing.heads import (
    paint_daisy,
    paint_dandelion,
    paint_rose,
    paint_sunflower,
    paint_tulip,
)
from tasks.sample.drawing.palette import GREENS, LEMON, SILVER, SOOT, Colour

RED = (210, 30, 30)
POSE = Pose(x=100, y=100, radius=40, turn=0)
HEADS = [paint_daisy, paint_dandelion, paint_rose, paint_sunflower, paint_tulip]
Paint = Callable[[Brush, Pose, Colour], None]
BrushOn = Callable[[int], Brush]
Painted = Callable[[], npt.NDArray[np.uint8]]


@pytest.mark.parametrize("paint", HEADS)
def test_a_head_fills_its_disc_and_little_else(
    paint: Paint, brush_on: BrushOn, painted: Painted
) -> None:
    paint(brush_on(3), POSE, RED)
    rows, columns = np.indices((200, 200))
    distance = np.hypot(rows - 100, columns - 100) / POSE.radius
    assert painted()[distance < 0.5].mean() > 0.8
    # A tulip seen from the side stands on its disc and is 1.8 radii high.
    assert not painted()[distance > 1.6].any()


@pytest.mark.parametrize("paint", HEADS)
def test_a_head_has_its_colour(
    paint: Paint, brush_on: BrushOn, painted: Painted, canvas: Image.Image
) -> None:
    paint(brush_on(3), POSE, RED)
    red, green, blue = np.asarray(canvas)[painted()].mean(axis=0)
    assert red > green + 30
    assert red > blue + 30


@pytest.mark.parametrize("paint", HEADS)
def test_a_seed_gives_a_head_and_another_seed_another(paint: Paint) -> None:
    def pixels(seed: int) -> bytes:
        canvas = Image.new("RGB", (200, 200))
        paint(Brush(np.random.default_rng(seed), canvas), POSE, RED)
        return canvas.tobytes()

    assert pixels(1) == pixels(1)
    assert pixels(1) != pixels(2)


def test_a_pale_dandelion_has_gone_to_seed(brush_on: BrushOn, canvas: Image.Image) -> None:
    paint_dandelion(brush_on(1), POSE, SILVER)
    rows, columns = np.indices((200, 200))
    inside = np.asarray(canvas)[np.hypot(rows - 100, columns - 100) < 35].astype(int)
    # Tufts on threads: the background is seen through most of the ball.
    assert 0.5 < (inside.mean(axis=1) < SILVER[0] - 5).mean() < 1


def test_a_fifth_of_tulips_is_open_and_shows_its_centre() -> None:
    def centre(seed: int) -> Colour:
        canvas = Image.new("RGB", (200, 200))
        paint_tulip(Brush(np.random.default_rng(seed), canvas), POSE, RED)
        red, green, blue = np.asarray(canvas)[100, 100].tolist()
        return red, green, blue

    opened = sum(centre(seed) in (SOOT, LEMON, GREENS[3]) for seed in range(200))
    # Four standard errors of a share of 0.2 among 200.
    assert opened / 200 == pytest.approx(0.2, abs=0.12)
