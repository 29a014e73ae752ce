"""Petals around a centre, whole rings of them, and a centre of seeds."""

from collections.abc import Sequence

import numpy as np

from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.geometry import Outline, Points, Pose, direction
from tasks.sample.drawing.palette import Colour, mix, shade

STRAP = ((0, 0.35), (0.3, 0.8), (0.75, 1), (0.93, 0.7), (1, 0.2))
RAY = ((0, 0.5), (0.35, 1), (0.7, 0.75), (0.9, 0.35), (1, 0))
BROAD = ((0, 0.5), (0.3, 0.9), (0.6, 1), (0.85, 0.8), (0.97, 0.4), (1, 0))
EGG = ((0, 0.45), (0.2, 0.9), (0.45, 1), (0.72, 0.8), (0.9, 0.35), (1, 0))
THREAD = ((0, 0.5), (0.6, 1), (1, 0.5))
_LINE = ((0, 0), (1, 0))

_GOLDEN_TURN = 0.3819660112501051  # the angle between successive florets, in turns


def petals(
    pose: Pose,
    outline: Outline,
    *,
    turns: Points,
    reach: Points,
    width: float,
    start: float = 0.0,
) -> Points:
    """Return petals around a centre as canvas points of shape [petals, corners, 2].

    Args:
        pose: the disc they lie on.
        outline: half of a petal's outline.
        turns: each petal's direction, in turns clockwise from the right.
        reach: distance from the centre to each petal's end, 1 being the disc's edge.
        width: half a petal's width.
        start: distance from the centre to the beginning of all petals.
    """
    way = np.array([part for part, _ in outline])
    half = np.array([part for _, part in outline]) * width
    along = start + (reach[:, None] - start) * np.concatenate([way, way[::-1]])
    across = np.concatenate([half, -half[::-1]])
    cosine, sine = (part[:, None] for part in direction(turns))
    return pose.place(along * cosine - across * sine, along * sine + across * cosine)


def rays(pose: Pose, *, turns: Points, reach: Points, start: float = 0.0) -> Points:
    """Return petals without width: lines from the centre outwards, [rays, 4, 2], and back."""
    return petals(pose, _LINE, turns=turns, reach=reach, width=0, start=start)


def around(brush: Brush, count: int, wobble: float) -> Points:
    """Return ``count`` directions around the circle, each off its place by up to ``wobble``."""
    return (
        np.arange(count) + brush.rng.random() + brush.scatter(-wobble, wobble, count=count)
    ) / count


def paint_ring(
    brush: Brush,
    pose: Pose,
    outline: Outline,
    *,
    colours: Sequence[Colour],
    count: int,
    width: float,
) -> None:
    """Paint a ring of petals, each with a darker root and a vein."""
    turns = around(brush, count, 0.35)
    reach = brush.scatter(0.84, 1.04, count=count)
    start = 0.15
    whole = petals(pose, outline, turns=turns, reach=reach, width=width, start=start)
    roots = petals(pose, outline, turns=turns, reach=reach * 0.62, width=width * 0.6, start=start)
    veins = rays(pose, turns=turns, reach=reach * 0.9, start=start)
    for petal, root, vein, light in zip(
        whole, roots, veins, brush.scatter(0.84, 1.06, count=count), strict=True
    ):
        colour = shade(brush.pick(colours), light)
        brush.fill(petal, colour)
        brush.fill(root, shade(colour, 0.88), 150)
        brush.line(vein, shade(colour, 0.74), 150)


def paint_seeds(brush: Brush, pose: Pose, *, inner: Colour, outer: Colour) -> None:
    """Paint a flower's centre: florets on the spiral on which they grow."""
    brush.disc(pose, shade(outer, 0.8))
    count = int(min(170, 24 + pose.radius * 2.2))
    order = np.arange(count, dtype=np.float64)
    distance = np.sqrt((order + 0.5) / count)
    cosine, sine = direction(order * _GOLDEN_TURN)
    points = pose.place(distance * cosine, distance * sine)
    size = max(0.6, pose.radius * 0.055)
    for point, far, light in zip(
        points.tolist(), distance.tolist(), brush.scatter(0.7, 1.25, count=count), strict=True
    ):
        brush.spot(point, size, shade(mix(inner, outer, far), light))
