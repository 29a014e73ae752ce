from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.geometry import Pose
from tasks.sample.drawing.petals import STRAP, around, paint_ring, paint_seeds, petals, rays

POSE = Pose(x=100, y=100, radius=50, turn=0)
BLUE, RED = (20, 40, 220), (200, 30, 30)
BrushOn = Callable[[int], Brush]
Painted = Callable[[], npt.NDArray[np.uint8]]


def test_petals_point_where_they_are_told() -> None:
    found = petals(
        POSE,
        ((0, 0), (1, 0)),
        turns=np.array([0, 0.25, 0.5]),
        reach=np.array([1, 0.8, 0.5]),
        width=0.3,
    )
    assert found.shape == (3, 4, 2)
    assert found[:, 1] == pytest.approx(np.array([[150, 100], [100, 140], [75, 100]]))


def test_a_petal_has_its_width_on_both_sides() -> None:
    outline = ((0, 0), (0.5, 1), (1, 0))
    (found,) = petals(POSE, outline, turns=np.zeros(1), reach=np.ones(1), width=0.2)
    assert found == pytest.approx(
        np.array([[100, 100], [125, 110], [150, 100], [150, 100], [125, 90], [100, 100]])
    )


def test_a_petal_begins_at_its_start() -> None:
    (ray,) = rays(POSE, turns=np.array([0.5]), reach=np.ones(1), start=0.2)
    assert ray == pytest.approx(np.array([[90, 100], [50, 100], [50, 100], [90, 100]]))


def test_directions_around_a_circle_are_even_but_for_the_wobble(brush_on: BrushOn) -> None:
    even = around(brush_on(3), 8, 0)
    assert np.diff(even) == pytest.approx(np.full(7, 1 / 8))
    wobbly = np.diff(around(brush_on(3), 8, 0.4))
    assert wobbly.std() > 0.01
    assert (wobbly > 0.2 / 8).all()


def test_a_ring_has_every_petal_and_a_hole(brush_on: BrushOn, painted: Painted) -> None:
    paint_ring(brush_on(4), POSE, STRAP, colours=[BLUE], count=6, width=0.1)
    rows, columns = painted().nonzero()
    distance = np.hypot(rows - 100, columns - 100) / 50
    assert 0.1 < distance.min() < 0.2
    # Petals reach up to 1.04; corners and rounding add to that.
    assert 0.84 < distance.max() < 1.1
    circle = painted()[
        np.rint(100 + 30 * np.sin(np.arange(360) / 180 * np.pi)).astype(int),
        np.rint(100 + 30 * np.cos(np.arange(360) / 180 * np.pi)).astype(int),
    ]
    assert (np.diff(circle.astype(int)) == 1).sum() + (circle[0] and not circle[-1]) == 6


def test_seeds_change_colour_from_the_centre_outwards(
    brush_on: BrushOn, canvas: Image.Image, painted: Painted
) -> None:
    paint_seeds(brush_on(5), POSE, inner=BLUE, outer=RED)
    pixels = np.asarray(canvas).astype(int)
    rows, columns = np.indices(painted().shape)
    distance = np.hypot(rows - 100, columns - 100)
    near, far = pixels[distance < 12].mean(axis=0), pixels[(distance > 40) & painted()].mean(axis=0)
    assert near[2] > near[0]
    assert far[0] > far[2]
    assert not painted()[distance > 55].any()
