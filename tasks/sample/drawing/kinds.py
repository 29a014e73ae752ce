"""The five kinds of flower: colours, number in a picture, leaves and usual background."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasks.sample.drawing import heads
from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.geometry import Outline, Pose
from tasks.sample.drawing.leaves import BLADE, JAGGED, OVAL
from tasks.sample.drawing.palette import (
    CREAM,
    CRIMSON,
    GOLD,
    LEMON,
    LILAC,
    ORANGE,
    PEACH,
    PINK,
    PURPLE,
    RED,
    ROSE,
    RUST,
    SILVER,
    WHITE,
    Colour,
)


@dataclass(frozen=True)
class Kind:
    """A kind of flower. The kinds share colours and backgrounds, as they do in a garden.

    Attributes:
        paint: paints one head in one colour.
        colours: of the heads, the usual ones more than once.
        counts: numbers of flowers in a picture, each equally likely.
        grounds: names of its usual backgrounds.
        leaf: half of a leaf's outline.
        leaf_size: length and width of a leaf, in radii of the head.
        from_ground: leaves rise from the ground rather than along the stem.
        stem: half the stem's width, in radii of the head.
        squash: the lowest squash that this kind is shown at.
    """

    paint: Callable[[Brush, Pose, Colour], None]
    colours: Sequence[Colour]
    counts: Sequence[int]
    grounds: Sequence[str]
    leaf: Outline
    leaf_size: tuple[float, float]
    from_ground: bool
    stem: float
    squash: float


KINDS = {
    "daisy": Kind(
        paint=heads.paint_daisy,
        colours=(WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, WHITE, PINK, PINK, CREAM, LILAC, LEMON),
        counts=(1, 1, 2, 3, 6),
        grounds=("soil", "lights", "soil"),
        leaf=OVAL,
        leaf_size=(0.8, 0.12),
        from_ground=True,
        stem=0.035,
        squash=0.5,
    ),
    "dandelion": Kind(
        paint=heads.paint_dandelion,
        colours=(LEMON, LEMON, LEMON, LEMON, LEMON, GOLD, GOLD, GOLD, ORANGE, WHITE, WHITE, SILVER),
        counts=(1, 1, 2, 4),
        grounds=("grass",),
        leaf=JAGGED,
        leaf_size=(1.7, 0.26),
        from_ground=True,
        stem=0.05,
        squash=0.6,
    ),
    "roses": Kind(
        paint=heads.paint_rose,
        colours=(RED, RED, CRIMSON, PINK, PINK, PINK, ROSE, ROSE, PEACH, PEACH, WHITE, LEMON),
        counts=(1, 1, 1, 2, 3),
        grounds=("foliage", "shade", "shade"),
        leaf=OVAL,
        leaf_size=(1.0, 0.34),
        from_ground=False,
        stem=0.06,
        squash=0.7,
    ),
    "sunflowers": Kind(
        paint=heads.paint_sunflower,
        colours=(GOLD, GOLD, GOLD, LEMON, LEMON, ORANGE, RUST),
        counts=(1, 1, 1, 2, 4),
        grounds=("sky",),
        leaf=OVAL,
        leaf_size=(1.1, 0.42),
        from_ground=False,
        stem=0.07,
        squash=0.6,
    ),
    "tulips": Kind(
        paint=heads.paint_tulip,
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
