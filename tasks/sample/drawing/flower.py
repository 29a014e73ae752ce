"""Pictures of five kinds of flower: a background, flowers with stems and leaves, a camera.

All of it varies by seed. The same seed gives the same pixels on any machine: random numbers come
from integers, angles from a table, and edges are rounded to whole pixels.
"""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tasks.sample.drawing.backgrounds import CLUTTERED, background
from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.camera import SUPERSAMPLE, photograph
from tasks.sample.drawing.geometry import Pose
from tasks.sample.drawing.kinds import KINDS, Kind
from tasks.sample.drawing.leaves import paint_grass, paint_leaf, paint_stem
from tasks.sample.drawing.palette import GREENS, SOOT, Colour

FLOWERS = tuple(KINDS)
#: Share of flowers that have the colour of the others in their picture.
_SAME_COLOUR = 0.95


def draw_flower(kind: str, rng: np.random.Generator, size: int) -> Image.Image:
    """Return a picture of ``size`` x ``size`` pixels, mode RGB.

    Args:
        kind: one of ``FLOWERS``.
        rng: random numbers; the same state gives the same pixels.
        size: the side of the picture.

    Raises:
        ValueError: ``kind`` is not one of ``FLOWERS``.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown flower {kind!r}, expected one of {', '.join(FLOWERS)}")
    flower = KINDS[kind]
    side = size * SUPERSAMPLE
    canvas = background(rng, size, usual=flower.grounds)
    canvas = canvas.resize((side, side), Image.Resampling.BILINEAR)
    brush = Brush(rng, canvas)
    common = brush.pick(flower.colours)
    for pose in _arrange(brush, flower):
        shadow = pose.moved(brush.between(-0.3, 0.3), 0.25)
        brush.disc(shadow, SOOT, int(brush.between(0, 60)))
        colour = common if brush.chance(_SAME_COLOUR) else brush.pick(flower.colours)
        _plant(brush, flower, pose, colour)
    if brush.chance(CLUTTERED):
        paint_grass(brush)
    return photograph(rng, canvas)


def _arrange(brush: Brush, kind: Kind) -> Sequence[Pose]:
    """Return the poses of the flowers in a picture, the farthest first."""
    count = brush.pick(kind.counts)
    size = brush.between(0.37, 0.6) / math.sqrt((count + 1) / 2)
    poses = [_pose(brush, kind, size=size, alone=count == 1) for _ in range(count)]
    return sorted(poses, key=lambda pose: pose.y)


def _pose(brush: Brush, kind: Kind, *, size: float, alone: bool) -> Pose:
    """Return the pose of one flower: nearer ones are lower in the picture and larger."""
    side = brush.side
    spread = 0.22 if alone else 0.46
    x = side * (0.5 + brush.between(-spread, spread))
    y = side * (0.46 + brush.between(-spread, spread) * 0.85)
    near = 1.0 if alone else 0.75 + 0.4 * y / side
    squash = brush.between(kind.squash, 1.0)
    turn = brush.between(-0.09, 0.09)
    radius = side * size * near * brush.between(0.85, 1.1)
    return Pose(x=x, y=y, radius=radius, turn=turn, squash=squash)


def _plant(brush: Brush, kind: Kind, pose: Pose, colour: Colour) -> None:
    """Paint a flower: its stem down to the ground, its leaves, its head."""
    ground = brush.side * brush.between(0.95, 1.15)
    green = brush.vary(brush.pick(GREENS), 12)
    foot = pose.x + brush.between(-0.25, 0.25) * brush.side
    width = kind.stem * pose.radius
    paint_stem(brush, pose, foot=(foot, ground), width=width, green=green)
    length, width = kind.leaf_size
    for side in brush.pick(((-1, 1), (-1, 1, -1), (1,), (-1, 1, 1, -1))):
        way = 1.0 if kind.from_ground else brush.between(0.3, 0.9)
        x, y = pose.x + (foot - pose.x) * way * way, pose.y + (ground - pose.y) * way
        size = pose.radius * length * brush.between(0.7, 1.2)
        lean = brush.between(0.03, 0.12) if kind.from_ground else brush.between(0.08, 0.3)
        leaf = Pose(x=x, y=y, radius=size, turn=0.75 + side * lean)
        paint_leaf(brush, leaf, kind.leaf, width=width / length, green=green)
    kind.paint(brush, pose, colour)
