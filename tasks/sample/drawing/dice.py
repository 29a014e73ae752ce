"""Random choices of everything that varies between pictures."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from tasks.sample.drawing.geometry import Points
from tasks.sample.drawing.palette import Colour

Option = TypeVar("Option")


class Dice:
    """Random numbers, choices and colours from one generator.

    Args:
        rng: the generator; the same state gives the same choices.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def between(self, low: float, high: float) -> float:
        """Return a number in ``[low, high)``."""
        return low + (high - low) * float(self.rng.random())

    def scatter(self, low: float, high: float, *, count: int) -> Points:
        """Return ``count`` numbers in ``[low, high)``."""
        return low + (high - low) * self.rng.random(count)

    def count(self, low: int, high: int) -> int:
        """Return an integer in ``[low, high)``."""
        return int(self.rng.integers(low, high))

    def chance(self, share: float) -> bool:
        """Return True in ``share``, from 0 to 1, of all calls."""
        return float(self.rng.random()) < share

    def pick(self, options: Sequence[Option]) -> Option:
        """Return one of ``options``, each equally likely."""
        return options[int(self.rng.integers(len(options)))]

    def vary(self, colour: Colour, amount: int = 14) -> Colour:
        """Return ``colour`` up to ``amount`` brighter or darker, and slightly tinted."""
        shift = int(self.rng.integers(-amount, amount + 1))
        tint = self.rng.integers(-amount // 2, amount // 2 + 1, 3).tolist()
        red, green, blue = (
            min(255, max(0, part + shift + t)) for part, t in zip(colour, tint, strict=True)
        )
        return red, green, blue
