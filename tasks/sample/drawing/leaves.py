"""Leaves, blades of grass and stems."""

import numpy as np

from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.geometry import Outline, Pose
from tasks.sample.drawing.palette import GREENS, Colour, shade
from tasks.sample.drawing.petals import petals

BLADE = ((0, 0.7), (0.3, 1), (0.7, 0.6), (1, 0))
OVAL = ((0, 0.1), (0.2, 0.8), (0.45, 1), (0.75, 0.65), (1, 0))
JAGGED = (
    (0, 0.2),
    (0.2, 0.6),
    (0.25, 0.25),
    (0.5, 0.9),
    (0.55, 0.4),
    (0.8, 1),
    (0.86, 0.6),
    (1, 0),
)


def paint_leaf(brush: Brush, pose: Pose, outline: Outline, *, width: float, green: Colour) -> None:
    """Paint a leaf that starts at the pose's centre: one half lit, with a vein.

    Args:
        brush: the canvas.
        pose: the leaf's foot, its length as radius and its direction.
        outline: half of the leaf's outline.
        width: half the leaf's width over its length.
        green: its colour.
    """
    tone = brush.between(0.75, 1.15)
    blade = petals(pose, outline, turns=np.zeros(1), reach=np.ones(1), width=width)[0]
    brush.fill(blade, shade(green, tone))
    middle = (blade + blade[::-1]) / 2
    lit = np.concatenate([blade[: len(outline)], middle[len(outline) :]])
    brush.fill(lit, shade(green, tone * 1.14), 150)
    brush.line(middle[: len(outline)], shade(green, tone * 0.7))


def paint_stem(
    brush: Brush, pose: Pose, *, foot: tuple[float, float], width: float, green: Colour
) -> None:
    """Paint a stem that leaves the head straight down and bends towards its foot.

    Args:
        brush: the canvas.
        pose: the head's.
        foot: end of the stem, in canvas pixels (x, y).
        width: half the stem's width, in canvas pixels.
        green: its colour.
    """
    way = np.arange(9) / 8
    x = pose.x + (foot[0] - pose.x) * way * way
    y = pose.y + (foot[1] - pose.y) * way
    width = max(width, 1.0)
    sides = [np.stack([x + off, y], axis=-1) for off in (-width, width, 0.2 * width)]
    brush.fill(np.concatenate([sides[0], sides[1][::-1]]), shade(green, 0.85))
    brush.fill(np.concatenate([sides[0], sides[2][::-1]]), shade(green, 1.15))


def paint_grass(brush: Brush) -> None:
    """Paint a few blades of grass in front of everything."""
    for _ in range(brush.count(1, 6)):
        x = brush.between(0, brush.side)
        size = brush.between(0.3, 0.8) * brush.side
        pose = Pose(x=x, y=brush.side, radius=size, turn=brush.between(0.68, 0.82))
        paint_leaf(brush, pose, BLADE, width=0.03, green=brush.vary(brush.pick(GREENS), 20))
