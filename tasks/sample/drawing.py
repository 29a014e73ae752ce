"""Drawn pictures of five kinds of flower, for the sample that Graft brings along.

A picture is a background, some flowers with stems and leaves, and a camera: light, focus, noise.
All of it varies by seed, and colours overlap between kinds as they do in a garden. The same seed
gives the same bytes on any machine: random numbers come from integers, angles from a table made
by plain arithmetic, edges are rounded to whole pixels, and nothing is summed in an order that a
library chooses.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

FLOWERS: tuple[str, ...] = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
SUPERSAMPLE = 2
MIDDLE_GREY = 115

Colour = tuple[int, int, int]
Points = npt.NDArray[np.float64]
Option = TypeVar("Option")

# Half of a petal's outline: (way along the petal, half its width), both from 0 to 1.
STRAP = ((0, 0.35), (0.3, 0.8), (0.75, 1), (0.93, 0.7), (1, 0.2))
RAY = ((0, 0.5), (0.35, 1), (0.7, 0.75), (0.9, 0.35), (1, 0))
BROAD = ((0, 0.5), (0.3, 0.9), (0.6, 1), (0.85, 0.8), (0.97, 0.4), (1, 0))
EGG = ((0, 0.45), (0.2, 0.9), (0.45, 1), (0.72, 0.8), (0.9, 0.35), (1, 0))
THREAD = ((0, 0.5), (0.6, 1), (1, 0.5))
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
LINE = ((0, 0), (1, 0))
Outline = Sequence[tuple[float, float]]

WHITE, CREAM, LEMON, GOLD = (244, 244, 240), (245, 235, 205), (246, 226, 70), (240, 190, 24)
ORANGE, RED, CRIMSON = (232, 128, 32), (206, 34, 38), (150, 18, 42)
PINK, ROSE, PURPLE, LILAC = (238, 160, 186), (214, 72, 122), (122, 46, 130), (200, 176, 222)
PEACH, RUST, BROWN, SOOT = (240, 184, 150), (168, 74, 26), (92, 58, 30), (44, 32, 26)
STRAW, SILVER = (206, 188, 128), (214, 214, 208)
GREENS = ((62, 104, 40), (88, 130, 52), (44, 82, 46), (110, 140, 70), (74, 112, 78), (52, 96, 30))

_TABLE = 4096


def _circle() -> tuple[Points, Points]:
    """Return cosine and sine of ``_TABLE`` directions, by Horner's rule on the power series."""
    angle = (np.arange(_TABLE) / _TABLE - 0.5) * 6.283185307179586
    square = angle * angle
    cosine: Points = np.ones(_TABLE)
    sine = cosine
    for power in range(30, 0, -2):
        cosine = 1 - cosine * square / (power * (power - 1))
        sine = 1 - sine * square / (power * (power + 1))
    return -cosine, -sine * angle


_COSINE, _SINE = _circle()


def _direction(turns: Points) -> tuple[Points, Points]:
    """Return cosine and sine of angles given in whole turns."""
    index = np.floor(turns * _TABLE).astype(np.int64) % _TABLE
    return _COSINE[index], _SINE[index]


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = colour
    return min(255, int(red * factor)), min(255, int(green * factor)), min(255, int(blue * factor))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@dataclass(frozen=True)
class _Pose:
    """Where a flower's disc lies on the canvas and how it is seen.

    Attributes:
        x: centre, in canvas pixels from the left.
        y: centre, in canvas pixels from the top.
        radius: of the disc, in canvas pixels.
        turn: rotation of the picture plane, in turns; 0 is upright.
        squash: the short axis over the long one; 1 is seen face on.
    """

    x: float
    y: float
    radius: float
    turn: float
    squash: float

    def place(self, right: Points, down: Points) -> Points:
        """Return canvas points, last axis (x, y), of points on the unit disc."""
        turn = math.floor(self.turn * _TABLE) % _TABLE
        cosine, sine = float(_COSINE[turn]) * self.radius, float(_SINE[turn]) * self.radius
        down = down * self.squash
        placed = np.empty((*right.shape, 2))
        placed[..., 0] = self.x + (right * cosine - down * sine)
        placed[..., 1] = self.y + (right * sine + down * cosine)
        return placed

    def moved(self, right: float, down: float, scale: float) -> "_Pose":
        """Return the pose of a smaller disc on this one."""
        ((x, y),) = self.place(np.array([right]), np.array([down])).tolist()
        return replace(self, x=x, y=y, radius=self.radius * scale)


class _Brush:
    """A canvas and the random numbers to paint it with."""

    def __init__(self, rng: np.random.Generator, canvas: Image.Image) -> None:
        self.rng = rng
        self.side = canvas.width
        self._solid = ImageDraw.Draw(canvas)
        self._glaze = ImageDraw.Draw(canvas, "RGBA")

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(self.rng.random())

    def scatter(self, count: int, low: float, high: float) -> Points:
        return low + (high - low) * self.rng.random(count)

    def chance(self, share: float) -> bool:
        return float(self.rng.random()) < share

    def pick(self, options: Sequence[Option]) -> Option:
        return options[int(self.rng.integers(len(options)))]

    def vary(self, colour: Colour, amount: int = 14) -> Colour:
        shift = int(self.rng.integers(-amount, amount + 1))
        tint = self.rng.integers(-amount // 2, amount // 2 + 1, 3).tolist()
        red, green, blue = (
            min(255, max(0, part + shift + t)) for part, t in zip(colour, tint, strict=True)
        )
        return red, green, blue

    def fill(self, outline: Points, colour: Colour, alpha: int = 255) -> None:
        corners = np.rint(outline).ravel().tolist()
        if alpha == 255:
            self._solid.polygon(corners, fill=colour)
        else:
            self._glaze.polygon(corners, fill=(*colour, alpha))

    def line(self, ends: Points, colour: Colour, alpha: int = 255) -> None:
        self._glaze.line(np.rint(ends).ravel().tolist(), fill=(*colour, alpha))

    def spot(self, x: float, y: float, radius: float, colour: Colour, alpha: int = 255) -> None:
        box = [round(x - radius), round(y - radius), round(x + radius), round(y + radius)]
        if alpha == 255:
            self._solid.ellipse(box, fill=colour)
        else:
            self._glaze.ellipse(box, fill=(*colour, alpha))

    def disc(self, pose: _Pose, colour: Colour, alpha: int = 255) -> None:
        self.fill(pose.place(*_direction(np.arange(24) / np.float64(24))), colour, alpha)


def _petals(
    pose: _Pose,
    outline: Outline,
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
        reach: how far from the centre each petal ends, 1 being the disc's edge.
        width: half a petal's width.
        start: how far from the centre all petals begin.
    """
    way = np.array([part for part, _ in outline])
    half = np.array([part for _, part in outline]) * width
    along = start + (reach[:, None] - start) * np.concatenate([way, way[::-1]])
    across = np.concatenate([half, -half[::-1]])
    cosine, sine = (part[:, None] for part in _direction(turns))
    return pose.place(along * cosine - across * sine, along * sine + across * cosine)


def _around(brush: _Brush, count: int, wobble: float) -> Points:
    """Return ``count`` directions around the circle, each off its place by up to ``wobble``."""
    return (np.arange(count) + brush.rng.random() + brush.scatter(count, -wobble, wobble)) / count


def _ring(
    brush: _Brush,
    pose: _Pose,
    outline: Outline,
    colours: Sequence[Colour],
    count: int,
    width: float,
) -> None:
    """Paint a ring of petals, each with a darker root and a vein."""
    turns = _around(brush, count, 0.35)
    reach = brush.scatter(count, 0.84, 1.04)
    start = 0.15
    whole = _petals(pose, outline, turns, reach, width, start)
    roots = _petals(pose, outline, turns, reach * 0.62, width * 0.6, start)
    veins = _petals(pose, LINE, turns, reach * 0.9, width, start)
    for petal, root, vein, light in zip(
        whole, roots, veins, brush.scatter(count, 0.84, 1.06), strict=True
    ):
        colour = _shade(brush.pick(colours), light)
        brush.fill(petal, colour)
        brush.fill(root, _shade(colour, 0.88), 150)
        brush.line(vein, _shade(colour, 0.74), 150)


def _seeds(brush: _Brush, pose: _Pose, inner: Colour, outer: Colour) -> None:
    """Paint a flower's centre: florets on the spiral on which they grow."""
    brush.disc(pose, _shade(outer, 0.8))
    count = int(min(170, 24 + pose.radius * 2.2))
    order = np.arange(count, dtype=np.float64)
    distance = np.sqrt((order + 0.5) / count)
    cosine, sine = _direction(order * 0.3819660112501051)
    points = pose.place(distance * cosine, distance * sine)
    size = max(0.6, pose.radius * 0.055)
    for (x, y), far, light in zip(
        points.tolist(), distance.tolist(), brush.scatter(count, 0.7, 1.25).tolist(), strict=True
    ):
        brush.spot(x, y, size, _shade(_mix(inner, outer, far), light))


def _paint_daisy(brush: _Brush, pose: _Pose, colour: Colour) -> None:
    tip = brush.pick((colour, colour, PINK))
    count = int(brush.rng.integers(11, 30))
    width = brush.between(1.6, 2.7) / count
    for scale in brush.pick(((1.0,), (1.0, 0.93), (1.0, 0.8))):
        ring = replace(pose, radius=pose.radius * scale)
        _ring(brush, ring, STRAP, (colour, colour, _mix(colour, tip, 0.4)), count, width)
    centre = pose.moved(0, -0.05, brush.between(0.2, 0.36))
    inner = brush.pick((GOLD, GOLD, LEMON, ORANGE, STRAW))
    _seeds(brush, centre, inner, _mix(inner, ORANGE, brush.between(0, 0.7)))


def _paint_dandelion(brush: _Brush, pose: _Pose, colour: Colour) -> None:
    if colour in (WHITE, SILVER, STRAW):
        _paint_clock(brush, pose, colour)
        return
    brush.disc(replace(pose, radius=pose.radius * 0.7), _shade(colour, 0.7))
    full = int(min(38, 14 + pose.radius * 0.4))
    for scale in (1.0, 0.86, 0.7, 0.52, 0.34, 0.18):
        ring = pose.moved(0, (scale - 1) * 0.12, scale)
        count = max(7, int(full * (0.4 + 0.6 * scale)))
        reach = brush.scatter(count, 0.78, 1.08)
        threads = _petals(ring, THREAD, _around(brush, count, 0.6), reach, 2.0 / count, 0.1)
        light = 0.78 + 0.3 * (1 - scale)
        for thread, varied in zip(threads, brush.scatter(count, 0.8, 1.14), strict=True):
            brush.fill(thread, _shade(colour, light * varied + 0.1))


def _paint_clock(brush: _Brush, pose: _Pose, colour: Colour) -> None:
    """Paint a dandelion gone to seed, some of it perhaps blown away."""
    pose = replace(pose, squash=brush.between(0.9, 1))
    brush.disc(pose, colour, int(brush.between(40, 105)))
    brush.disc(replace(pose, radius=pose.radius * 0.75), colour, 45)
    count = int(min(150, 50 + pose.radius * 1.1))
    turns = brush.scatter(count, 0, brush.pick((1.0, 1.0, 0.7))) + brush.between(0, 1)
    reach = np.sqrt(brush.scatter(count, 0.12, 1.0))
    for ray in _petals(pose, LINE, turns, reach, 0):
        brush.line(ray, _shade(colour, 0.92), 100)
        x, y = ray[1].tolist()
        tuft = pose.radius * 0.085
        brush.spot(x, y, tuft, colour, 80)
        brush.spot(x, y, tuft * 0.35, WHITE, 160)
    brush.disc(replace(pose, radius=pose.radius * 0.14), brush.pick((BROWN, STRAW, GREENS[3])))


def _paint_rose(brush: _Brush, pose: _Pose, colour: Colour) -> None:
    heart = _mix(colour, brush.pick((CRIMSON, GOLD, colour, BROWN)), 0.3)
    pose = replace(pose, squash=max(pose.squash, 0.62))
    scale, lift, count = 1.0, 0.0, int(brush.rng.integers(5, 8))
    while scale > 0.13:
        layer = pose.moved(0, -lift, scale)
        tone = _mix(heart, colour, scale)
        turns = _around(brush, count, 0.3)
        reach = brush.scatter(count, 0.86, 1.06)
        rims = _petals(layer, BROAD, turns, reach, 0.62)
        bodies = _petals(layer, BROAD, turns + 0.012, reach * 0.93, 0.56)
        for rim, body, light in zip(rims, bodies, brush.scatter(count, 0.82, 1.06), strict=True):
            brush.fill(rim, _shade(tone, 1.12 * light))
            brush.fill(body, _shade(tone, 0.84 * light))
        brush.disc(replace(layer, radius=layer.radius * 0.66), _shade(tone, 0.5), 150)
        scale *= brush.between(0.7, 0.8)
        lift += brush.between(0, 0.05)
        count = max(3, count - int(brush.chance(0.6)))


def _paint_sunflower(brush: _Brush, pose: _Pose, colour: Colour) -> None:
    other = brush.pick((colour, ORANGE, LEMON))
    colours = (colour, colour, _mix(colour, other, 0.6))
    count = int(brush.rng.integers(15, 27))
    width = brush.between(1.9, 3.0) / count
    _ring(brush, pose, RAY, [_shade(each, 0.84) for each in colours], count, width)
    _ring(brush, replace(pose, radius=pose.radius * 0.92), RAY, colours, count, width)
    outer = brush.pick((SOOT, BROWN, BROWN, RUST, GREENS[1], GOLD))
    inner = brush.pick((SOOT, BROWN, GREENS[1], STRAW, outer))
    _seeds(brush, pose.moved(0, 0, brush.between(0.32, 0.56)), inner, outer)


def _paint_tulip(brush: _Brush, pose: _Pose, colour: Colour) -> None:
    edge = brush.pick((colour, colour, colour, LEMON, WHITE, CRIMSON))
    if brush.chance(0.2):
        _paint_open_tulip(brush, pose, colour, edge)
        return
    pose = replace(pose, squash=1.0, turn=pose.turn + brush.between(-0.04, 0.04))
    base = pose.moved(0, 0.9, 1)
    spread = brush.between(0.6, 1.5)
    fan = ((-0.05, 1.75, 0.7), (0.05, 1.75, 0.74), (-0.075, 1.8, 0.86), (0.07, 1.8, 0.92))
    front = (brush.between(-0.015, 0.015), brush.between(1.5, 1.8), 1.04)
    for off, reach, light in (*fan, front):
        turn = np.array([0.75 + off * spread])
        ends = np.array([reach * brush.between(0.92, 1.06)])
        width = brush.between(0.44, 0.58)
        shade = light * brush.between(0.92, 1.06)
        brush.fill(_petals(base, EGG, turn, ends, width)[0], _shade(edge, shade * 0.82))
        brush.fill(_petals(base, EGG, turn, ends * 0.94, width * 0.86)[0], _shade(colour, shade))
        slips = turn + np.array([-0.022, 0.0, 0.02])
        for vein in _petals(base, LINE, slips, np.repeat(ends * 0.8, 3), 0):
            brush.line(vein, _shade(colour, shade * 0.78), 130)


def _paint_open_tulip(brush: _Brush, pose: _Pose, colour: Colour, edge: Colour) -> None:
    """Paint a tulip wide open, seen from above."""
    outer = _around(brush, 3, 0.1)
    for scale, turns in ((1.0, outer), (0.84, outer + 0.167)):
        layer, reach = replace(pose, radius=pose.radius * scale), np.ones(3)
        for petal, body in zip(
            _petals(layer, EGG, turns, reach, 0.46),
            _petals(layer, EGG, turns, reach * 0.93, 0.4),
            strict=True,
        ):
            brush.fill(petal, _shade(edge, 0.8))
            brush.fill(body, _shade(colour, brush.between(0.85, 1.05)))
    brush.disc(pose.moved(0, 0, 0.2), brush.pick((SOOT, LEMON, GREENS[3])))
    for ray in _petals(pose, LINE, _around(brush, 6, 0.2), np.full(6, 0.28), 0):
        x, y = ray[1].tolist()
        brush.spot(x, y, pose.radius * 0.05, brush.pick((SOOT, GOLD)))


@dataclass(frozen=True)
class _Kind:
    """What a kind of flower is besides its head.

    Attributes:
        paint: paints one head in one colour.
        colours: of the heads, the usual ones more than once.
        counts: of flowers in a picture.
        grounds: what it usually grows in front of.
        leaf: half of a leaf's outline.
        leaf_size: how long and how wide a leaf is, in radii of the head.
        from_ground: leaves rise from the ground rather than along the stem.
        stem: half the stem's width, in radii of the head.
        squash: the lowest squash that this kind is shown at.
    """

    paint: Callable[["_Brush", _Pose, Colour], None]
    colours: Sequence[Colour]
    counts: Sequence[int]
    grounds: Sequence[str]
    leaf: Outline
    leaf_size: tuple[float, float]
    from_ground: bool
    stem: float
    squash: float


_KINDS = {
    "daisy": _Kind(
        paint=_paint_daisy,
        colours=(WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, PINK, PINK, CREAM, LILAC, LEMON),
        counts=(1, 1, 2, 3, 6),
        grounds=("soil", "lights", "soil"),
        leaf=OVAL,
        leaf_size=(0.8, 0.12),
        from_ground=True,
        stem=0.035,
        squash=0.5,
    ),
    "dandelion": _Kind(
        paint=_paint_dandelion,
        colours=(LEMON, LEMON, LEMON, LEMON, LEMON, GOLD, GOLD, GOLD, ORANGE, WHITE, WHITE, SILVER),
        counts=(1, 1, 2, 4),
        grounds=("grass",),
        leaf=JAGGED,
        leaf_size=(1.7, 0.26),
        from_ground=True,
        stem=0.05,
        squash=0.6,
    ),
    "roses": _Kind(
        paint=_paint_rose,
        colours=(RED, RED, CRIMSON, PINK, PINK, PINK, ROSE, ROSE, PEACH, PEACH, WHITE, LEMON),
        counts=(1, 1, 1, 2, 3),
        grounds=("foliage", "shade", "shade"),
        leaf=OVAL,
        leaf_size=(1.0, 0.34),
        from_ground=False,
        stem=0.06,
        squash=0.7,
    ),
    "sunflowers": _Kind(
        paint=_paint_sunflower,
        colours=(GOLD, GOLD, GOLD, LEMON, LEMON, ORANGE, RUST),
        counts=(1, 1, 1, 2, 4),
        grounds=("sky",),
        leaf=OVAL,
        leaf_size=(1.1, 0.42),
        from_ground=False,
        stem=0.07,
        squash=0.6,
    ),
    "tulips": _Kind(
        paint=_paint_tulip,
        colours=(RED, RED, RED, RED, RED, LEMON, GOLD, PINK, PURPLE, PURPLE, ORANGE, WHITE),
        counts=(1, 2, 3, 5, 9),
        grounds=("lights", "lights", "grass"),
        leaf=BLADE,
        leaf_size=(2.4, 0.2),
        from_ground=True,
        stem=0.07,
        squash=0.6,
    ),
}


def _plant(brush: _Brush, kind: _Kind, pose: _Pose, colour: Colour) -> None:
    """Paint a flower: its stem down to the ground, its leaves, its head."""
    ground = brush.side * brush.between(0.95, 1.15)
    green = brush.vary(brush.pick(GREENS), 12)
    foot = pose.x + brush.between(-0.25, 0.25) * brush.side
    _paint_stem(brush, pose, (foot, ground), kind.stem * pose.radius, green)
    length, width = kind.leaf_size
    for side in brush.pick(((-1, 1), (-1, 1, -1), (1,), (-1, 1, 1, -1))):
        way = 1.0 if kind.from_ground else brush.between(0.3, 0.9)
        x, y = pose.x + (foot - pose.x) * way * way, pose.y + (ground - pose.y) * way
        size = pose.radius * length * brush.between(0.7, 1.2)
        lean = brush.between(0.03, 0.12) if kind.from_ground else brush.between(0.08, 0.3)
        leaf = _Pose(x, y, size, 0.75 + side * lean, 1)
        _paint_leaf(brush, leaf, kind.leaf, width / length, green)
    kind.paint(brush, pose, colour)


def _paint_stem(
    brush: _Brush, pose: _Pose, foot: tuple[float, float], width: float, green: Colour
) -> None:
    """Paint a stem that leaves the head straight down and bends towards its foot."""
    way = np.arange(9) / 8
    x = pose.x + (foot[0] - pose.x) * way * way
    y = pose.y + (foot[1] - pose.y) * way
    width = max(width, 1.0)
    sides = [np.stack([x + off, y], axis=-1) for off in (-width, width, 0.2 * width)]
    brush.fill(np.concatenate([sides[0], sides[1][::-1]]), _shade(green, 0.85))
    brush.fill(np.concatenate([sides[0], sides[2][::-1]]), _shade(green, 1.15))


def _paint_leaf(brush: _Brush, pose: _Pose, outline: Outline, width: float, green: Colour) -> None:
    shade = brush.between(0.75, 1.15)
    blade = _petals(pose, outline, np.zeros(1), np.ones(1), width)[0]
    brush.fill(blade, _shade(green, shade))
    middle = (blade + blade[::-1]) / 2
    lit = np.concatenate([blade[: len(outline)], middle[len(outline) :]])
    brush.fill(lit, _shade(green, shade * 1.14), 150)
    brush.line(middle[: len(outline)], _shade(green, shade * 0.7))


def _arrange(brush: _Brush, counts: Sequence[int], lowest: float) -> list[_Pose]:
    """Return the poses of the flowers in a picture, the farthest first."""
    side = brush.side
    count = brush.pick(counts)
    size = brush.between(0.37, 0.6) / math.sqrt((count + 1) / 2)
    poses = []
    for _ in range(count):
        spread = 0.22 if count == 1 else 0.46
        x = side * (0.5 + brush.between(-spread, spread))
        y = side * (0.46 + brush.between(-spread, spread) * 0.85)
        near = 0.75 + 0.4 * y / side if count > 1 else 1.0
        squash = brush.between(lowest, 1.0)
        turn = brush.between(-0.09, 0.09)
        poses.append(_Pose(x, y, side * size * near * brush.between(0.85, 1.1), turn, squash))
    return sorted(poses, key=lambda pose: pose.y)


def _gradient(size: int, top: Colour, bottom: Colour) -> Image.Image:
    way = np.arange(size)[:, None, None] / size
    rows = np.array(top) * (1 - way) + np.array(bottom) * way
    return Image.fromarray(np.rint(np.broadcast_to(rows, (size, size, 3))).astype(np.uint8))


def _paint_grass(brush: _Brush) -> None:
    for _ in range(60):
        x, y = brush.between(0, brush.side), brush.between(0.2, 1.2) * brush.side
        blade = _Pose(x, y, brush.between(0.1, 0.4) * brush.side, brush.between(0.67, 0.83), 1)
        _paint_leaf(brush, blade, BLADE, 0.04, brush.vary(brush.pick(GREENS), 25))


def _paint_foliage(brush: _Brush) -> None:
    for _ in range(28):
        x, y = brush.scatter(2, 0, brush.side).tolist()
        leaf = _Pose(x, y, brush.between(0.1, 0.35) * brush.side, brush.between(0, 1), 1)
        green = _shade(brush.vary(brush.pick(GREENS), 20), brush.between(0.5, 1.1))
        _paint_leaf(brush, leaf, brush.pick((OVAL, OVAL, JAGGED)), brush.between(0.2, 0.4), green)


def _paint_clouds(brush: _Brush) -> None:
    for _ in range(int(brush.rng.integers(0, 9))):
        x, y = brush.scatter(2, 0, brush.side).tolist()
        brush.spot(x, y, brush.between(0.05, 0.25) * brush.side, WHITE, 60)
    if brush.chance(0.5):
        middle = brush.between(1.1, 1.5) * brush.side
        brush.spot(brush.side / 2, middle, brush.side * 0.62, brush.vary(brush.pick(GREENS), 20))


def _paint_soil(brush: _Brush) -> None:
    for _ in range(110):
        x, y = brush.scatter(2, 0, brush.side).tolist()
        clod = brush.vary(brush.pick((BROWN, SOOT, STRAW, BROWN)), 30)
        brush.spot(x, y, brush.between(0.5, 5), clod, 170)


def _paint_boards(brush: _Brush) -> None:
    wood = brush.pick((BROWN, STRAW, SILVER, PEACH, SOOT))
    for row in range(24):
        y = row * brush.side / 24
        strip = np.array([[0, y], [brush.side, y], [brush.side, y + 9], [0, y + 9]])
        brush.fill(strip, brush.vary(wood, 10), 120)


def _paint_lights(brush: _Brush) -> None:
    for _ in range(int(brush.rng.integers(6, 24))):
        x, y = brush.scatter(2, 0, brush.side).tolist()
        colour = brush.vary(brush.pick((*GREENS, STRAW, WHITE, LEMON, PINK, RED, PURPLE)), 20)
        brush.spot(
            x, y, brush.between(0.03, 0.16) * brush.side, colour, int(brush.between(40, 150))
        )


_GROUNDS: dict[str, tuple[Callable[[_Brush], None], Sequence[Colour], float]] = {
    "grass": (_paint_grass, GREENS, 2.5),
    "foliage": (_paint_foliage, GREENS, 2.5),
    "shade": (_paint_foliage, ((30, 48, 26), (18, 26, 18)), 1.5),
    "sky": (_paint_clouds, ((118, 166, 222), (176, 200, 226), (206, 212, 216)), 4.0),
    "soil": (_paint_soil, (BROWN, SOOT, STRAW), 1.2),
    "boards": (_paint_boards, (BROWN, STRAW, SILVER, SOOT), 1.5),
    "lights": (_paint_lights, (*GREENS, SOOT, STRAW, (40, 60, 60)), 5.0),
}
USUAL_GROUND, SAME_COLOUR, CLUTTERED = 0.45, 0.95, 0.1


def _background(rng: np.random.Generator, size: int, usual: Sequence[str]) -> Image.Image:
    """Return what lies behind the flowers, out of focus by some amount."""
    brush = _Brush(rng, Image.new("RGB", (1, 1)))
    name = brush.pick(usual if brush.chance(USUAL_GROUND) else tuple(_GROUNDS))
    paint, colours, softness = _GROUNDS[name]
    top, bottom = (brush.vary(brush.pick(colours), 20) for _ in range(2))
    image = _gradient(size, top, bottom)
    brush = _Brush(rng, image)
    paint(brush)
    if brush.chance(CLUTTERED):
        _paint_lights(brush)
    image = image.filter(ImageFilter.GaussianBlur(brush.between(0.2, softness)))
    side = size * SUPERSAMPLE
    return image.resize((side, side), Image.Resampling.BILINEAR)


def _photograph(rng: np.random.Generator, scene: Image.Image) -> Image.Image:
    """Return the scene as a camera takes it: focus, light, colour cast, vignette, noise."""
    image = scene.reduce(SUPERSAMPLE)
    size = image.width
    brush = _Brush(rng, image)
    image = image.filter(ImageFilter.BoxBlur(brush.pick((0, 0, 0, 0.3, 0.6, 1.0))))
    light = np.asarray(image, dtype=np.float32)
    grey = (light[..., 0] * 0.3 + light[..., 1] * 0.59 + light[..., 2] * 0.11)[..., None]
    saturation, contrast = brush.between(0.8, 1.15), brush.between(0.85, 1.15)
    light = light * (saturation * contrast)
    light += grey * ((1 - saturation) * contrast) + MIDDLE_GREY * (1 - contrast)
    across = (np.arange(size, dtype=np.float32) / size - 0.5)[None, :, None]
    down = across.reshape(size, 1, 1)
    slope, tilt, vignette = (
        brush.between(-0.3, 0.3),
        brush.between(-0.3, 0.3),
        brush.between(0, 0.6),
    )
    fall = 1 + slope * across + tilt * down - vignette * (across * across + down * down)
    cast = brush.between(0.88, 1.12) * brush.scatter(3, 0.95, 1.05)
    light *= fall * cast.astype(np.float32)
    grain = np.frombuffer(rng.bytes(2 * light.size), dtype=np.uint8).reshape(2, *light.shape)
    light += (np.add(*grain, dtype=np.int16) - 255) * np.float32(brush.between(0.01, 0.05))
    return Image.fromarray(np.rint(light.clip(0, 255)).astype(np.uint8))


def draw_flower(kind: str, rng: np.random.Generator, size: int) -> Image.Image:
    """Return a picture of ``size`` x ``size`` pixels, mode RGB.

    Args:
        kind: one of ``FLOWERS``.
        rng: where all that varies comes from; the same state gives the same pixels.
        size: the side of the picture.

    Raises:
        ValueError: ``kind`` is not one of ``FLOWERS``.
    """
    if kind not in _KINDS:
        raise ValueError(f"unknown flower {kind!r}, expected one of {', '.join(FLOWERS)}")
    flower = _KINDS[kind]
    canvas = _background(rng, size, flower.grounds)
    brush = _Brush(rng, canvas)
    common = brush.pick(flower.colours)
    for pose in _arrange(brush, flower.counts, flower.squash):
        shadow = pose.moved(brush.between(-0.3, 0.3), 0.25, 1.0)
        brush.disc(shadow, SOOT, int(brush.between(0, 60)))
        colour = common if brush.chance(SAME_COLOUR) else brush.pick(flower.colours)
        _plant(brush, flower, pose, colour)
    if brush.chance(CLUTTERED):
        _paint_clutter(brush)
    return _photograph(rng, canvas)


def _paint_clutter(brush: _Brush) -> None:
    """Paint a few blades of grass in front of everything."""
    for _ in range(int(brush.rng.integers(1, 6))):
        foot = brush.between(0, brush.side)
        blade = _Pose(foot, brush.side, brush.between(0.3, 0.8) * brush.side, 0, 1)
        blade = replace(blade, turn=brush.between(0.68, 0.82))
        _paint_leaf(brush, blade, BLADE, 0.03, brush.vary(brush.pick(GREENS), 20))
