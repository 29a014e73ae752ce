"""Backgrounds behind the flowers: a colour gradient, things painted on it, out of focus."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.dice import Dice
from tasks.sample.drawing.geometry import Pose
from tasks.sample.drawing.leaves import BLADE, JAGGED, OVAL, paint_leaf
from tasks.sample.drawing.palette import (
    BROWN,
    GREENS,
    LEMON,
    PEACH,
    PINK,
    PURPLE,
    RED,
    SILVER,
    SOOT,
    STRAW,
    WHITE,
    Colour,
    shade,
)

#: Share of pictures whose background is a usual one of their kind.
USUAL_GROUND = 0.45
#: Share of pictures with blurred lights over the background, and of those with grass in front.
CLUTTERED = 0.1


def background(rng: np.random.Generator, size: int, *, usual: Sequence[str]) -> Image.Image:
    """Return a background of ``size`` x ``size`` pixels, mode RGB.

    Args:
        rng: random numbers; the same state gives the same background.
        size: the side of the picture.
        usual: keys of ``GROUNDS`` that are more likely than the others.
    """
    dice = Dice(rng)
    name = dice.pick(usual if dice.chance(USUAL_GROUND) else tuple(GROUNDS))
    ground = GROUNDS[name]
    top, bottom = (dice.vary(dice.pick(ground.colours), 20) for _ in range(2))
    image = _gradient(size, top=top, bottom=bottom)
    brush = Brush(rng, image)
    ground.paint(brush)
    if brush.chance(CLUTTERED):
        _paint_lights(brush)
    return image.filter(ImageFilter.GaussianBlur(brush.between(0.2, ground.softness)))


def _gradient(size: int, *, top: Colour, bottom: Colour) -> Image.Image:
    way = np.arange(size)[:, None, None] / size
    rows = np.array(top) * (1 - way) + np.array(bottom) * way
    return Image.fromarray(np.rint(np.broadcast_to(rows, (size, size, 3))).astype(np.uint8))


def _paint_grass(brush: Brush) -> None:
    for _ in range(60):
        x, y = brush.between(0, brush.side), brush.between(0.2, 1.2) * brush.side
        size = brush.between(0.1, 0.4) * brush.side
        blade = Pose(x=x, y=y, radius=size, turn=brush.between(0.67, 0.83))
        paint_leaf(brush, blade, BLADE, width=0.04, green=brush.vary(brush.pick(GREENS), 25))


def _paint_foliage(brush: Brush) -> None:
    for _ in range(28):
        x, y = brush.somewhere()
        size = brush.between(0.1, 0.35) * brush.side
        leaf = Pose(x=x, y=y, radius=size, turn=brush.between(0, 1))
        green = shade(brush.vary(brush.pick(GREENS), 20), brush.between(0.5, 1.1))
        outline = brush.pick((OVAL, OVAL, JAGGED))
        paint_leaf(brush, leaf, outline, width=brush.between(0.2, 0.4), green=green)


def _paint_clouds(brush: Brush) -> None:
    for _ in range(brush.count(0, 9)):
        brush.spot(brush.somewhere(), brush.between(0.05, 0.25) * brush.side, WHITE, 60)
    if brush.chance(0.5):
        hill = brush.side / 2, brush.between(1.1, 1.5) * brush.side
        brush.spot(hill, brush.side * 0.62, brush.vary(brush.pick(GREENS), 20))


def _paint_soil(brush: Brush) -> None:
    for _ in range(110):
        place = brush.somewhere()
        clod = brush.vary(brush.pick((BROWN, SOOT, STRAW, BROWN)), 30)
        brush.spot(place, brush.between(0.5, 5), clod, 170)


def _paint_boards(brush: Brush) -> None:
    wood = brush.pick((BROWN, STRAW, SILVER, PEACH, SOOT))
    for row in range(24):
        y = row * brush.side / 24
        strip = np.array([[0, y], [brush.side, y], [brush.side, y + 9], [0, y + 9]])
        brush.fill(strip, brush.vary(wood, 10), 120)


def _paint_lights(brush: Brush) -> None:
    for _ in range(brush.count(6, 24)):
        place = brush.somewhere()
        colour = brush.vary(brush.pick((*GREENS, STRAW, WHITE, LEMON, PINK, RED, PURPLE)), 20)
        size = brush.between(0.03, 0.16) * brush.side
        brush.spot(place, size, colour, int(brush.between(40, 150)))


@dataclass(frozen=True)
class Ground:
    """A background.

    Attributes:
        paint: paints the things in it.
        colours: of the gradient below them.
        softness: the largest radius of the blur, in pixels.
    """

    paint: Callable[[Brush], None]
    colours: Sequence[Colour]
    softness: float


GROUNDS = {
    "grass": Ground(_paint_grass, GREENS, 2.5),
    "foliage": Ground(_paint_foliage, GREENS, 2.5),
    "shade": Ground(_paint_foliage, ((30, 48, 26), (18, 26, 18)), 1.5),
    "sky": Ground(_paint_clouds, ((118, 166, 222), (176, 200, 226), (206, 212, 216)), 4.0),
    "soil": Ground(_paint_soil, (BROWN, SOOT, STRAW), 1.2),
    "boards": Ground(_paint_boards, (BROWN, STRAW, SILVER, SOOT), 1.5),
    "lights": Ground(_paint_lights, (*GREENS, SOOT, STRAW, (40, 60, 60)), 5.0),
}
