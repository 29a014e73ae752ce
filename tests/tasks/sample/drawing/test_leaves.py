from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.geometry import Outline, Pose
from tasks.sample.drawing.leaves import (
    BLADE,
    JAGGED,
    OVAL,
    paint_grass,
    paint_leaf,
    paint_stem,
)

GREEN = (60, 140, 50)
BrushOn = Callable[[int], Brush]
Painted = Callable[[], npt.NDArray[np.uint8]]


@pytest.mark.parametrize("outline", [BLADE, OVAL, JAGGED])
def test_a_leaf_grows_from_its_foot(outline: Outline, brush_on: BrushOn, painted: Painted) -> None:
    pose = Pose(x=100, y=150, radius=80, turn=0.75)
    paint_leaf(brush_on(1), pose, outline, width=0.2, green=GREEN)
    rows, columns = painted().nonzero()
    assert (rows.min(), rows.max()) == (70, 150)
    assert columns.min() == pytest.approx(84, abs=1)
    assert columns.max() == pytest.approx(116, abs=1)


def test_half_a_leaf_is_lit(brush_on: BrushOn, canvas: Image.Image) -> None:
    pose = Pose(x=100, y=150, radius=80, turn=0.75)
    paint_leaf(brush_on(1), pose, OVAL, width=0.4, green=GREEN)
    left, vein, right = (int(np.asarray(canvas)[115, x, 1]) for x in (90, 100, 110))
    assert vein < min(left, right)
    assert left != right


def test_a_stem_leads_from_the_head_to_its_foot(brush_on: BrushOn, painted: Painted) -> None:
    pose = Pose(x=60, y=20, radius=10, turn=0)
    paint_stem(brush_on(1), pose, foot=(140, 180), width=3, green=GREEN)
    middles = {row: painted()[row].nonzero()[0].mean() for row in range(20, 181)}
    assert len(middles) == 161
    assert middles[20] == pytest.approx(60, abs=1)
    assert middles[180] == pytest.approx(140, abs=1)
    # It leaves the head straight down: half way along it is a quarter of the way across.
    assert middles[100] == pytest.approx(80, abs=1)
    assert painted().sum(axis=1).max() <= 9


def test_a_thin_stem_is_still_seen(brush_on: BrushOn, painted: Painted) -> None:
    pose = Pose(x=60, y=20, radius=10, turn=0)
    paint_stem(brush_on(1), pose, foot=(60, 180), width=0.01, green=GREEN)
    assert painted()[20:181].any(axis=1).all()


def test_grass_grows_from_the_lower_edge(brush_on: BrushOn, painted: Painted) -> None:
    paint_grass(brush_on(2))
    rows, _ = painted().nonzero()
    assert rows.max() == 199
    # The longest blade is 0.8 of the canvas.
    assert 40 <= rows.min() < 140
