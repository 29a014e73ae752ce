"""A brush that paints filled outlines, lines, spots and discs on a canvas."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from tasks.sample.drawing.dice import Dice
from tasks.sample.drawing.geometry import Points, Pose, direction
from tasks.sample.drawing.palette import Colour


class Brush(Dice):
    """A canvas and the random choices to paint it with.

    Every edge is rounded to whole pixels. ``alpha`` is the opacity, 255 for none shining through.

    Args:
        rng: the generator of the random choices.
        canvas: a square picture, mode RGB, that is painted on in place.
    """

    def __init__(self, rng: np.random.Generator, canvas: Image.Image) -> None:
        super().__init__(rng)
        self.side = canvas.width
        self._solid = ImageDraw.Draw(canvas)
        self._glaze = ImageDraw.Draw(canvas, "RGBA")

    def fill(self, outline: Points, colour: Colour, alpha: int = 255) -> None:
        """Paint the polygon with corners ``[corners, 2]``, in pixels (x, y)."""
        corners = np.rint(outline).ravel().tolist()
        if alpha == 255:
            self._solid.polygon(corners, fill=colour)
        else:
            self._glaze.polygon(corners, fill=(*colour, alpha))

    def line(self, ends: Points, colour: Colour, alpha: int = 255) -> None:
        """Paint a line, a pixel wide, through points ``[points, 2]``."""
        self._glaze.line(np.rint(ends).ravel().tolist(), fill=(*colour, alpha))

    def spot(
        self, centre: Sequence[float], radius: float, colour: Colour, alpha: int = 255
    ) -> None:
        """Paint a round spot around ``centre``, (x, y)."""
        x, y = centre
        box = [round(x - radius), round(y - radius), round(x + radius), round(y + radius)]
        if alpha == 255:
            self._solid.ellipse(box, fill=colour)
        else:
            self._glaze.ellipse(box, fill=(*colour, alpha))

    def disc(self, pose: Pose, colour: Colour, alpha: int = 255) -> None:
        """Paint the disc of ``pose``, turned and squashed as it is."""
        self.fill(pose.place(*direction(np.arange(24) / np.float64(24))), colour, alpha)

    def somewhere(self) -> Sequence[float]:
        """Return a random place on the canvas, (x, y)."""
        place: list[float] = self.scatter(0, self.side, count=2).tolist()
        return place
