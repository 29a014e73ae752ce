"""Angles and poses, computed so that every machine gets the same bits.

Angles come from a table made by plain arithmetic, because the sines of two C libraries may differ
in their last bit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

#: float64 of any shape; coordinates or angles.
Points = npt.NDArray[np.float64]
#: Half of a petal's or leaf's outline: (way along it, half its width), both from 0 to 1.
Outline = Sequence[tuple[float, float]]

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


def direction(turns: Points) -> tuple[Points, Points]:
    """Return cosine and sine of angles given in whole turns."""
    index = np.floor(turns * _TABLE).astype(np.int64) % _TABLE
    return _COSINE[index], _SINE[index]


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Position of a flower's disc on the canvas, and the angle it is seen from.

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
    squash: float = 1.0

    def place(self, right: Points, down: Points) -> Points:
        """Return canvas points, last axis (x, y), of points on the unit disc."""
        turn = math.floor(self.turn * _TABLE) % _TABLE
        cosine, sine = float(_COSINE[turn]) * self.radius, float(_SINE[turn]) * self.radius
        down = down * self.squash
        placed = np.empty((*right.shape, 2))
        placed[..., 0] = self.x + (right * cosine - down * sine)
        placed[..., 1] = self.y + (right * sine + down * cosine)
        return placed

    def scaled(self, scale: float) -> "Pose":
        """Return the pose of a disc ``scale`` times as large around the same centre."""
        return replace(self, radius=self.radius * scale)

    def moved(self, right: float, down: float, *, scale: float = 1.0) -> "Pose":
        """Return the pose of a disc on this one.

        Args:
            right: offset of its centre, in radii of this disc.
            down: the same.
            scale: its radius over this one's.
        """
        ((x, y),) = self.place(np.array([right]), np.array([down])).tolist()
        return replace(self, x=x, y=y, radius=self.radius * scale)
