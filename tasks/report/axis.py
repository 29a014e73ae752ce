"""Value axes that fit what they show and have round numbers at their marks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1, 2, 5, 10)
_INTERVALS = 5
# The least length of an axis, as a share of its largest value: less is noise made large.
_LEAST_LENGTH = 0.02
# A multiple of a step is often a rounding error away from the number that it stands for.
_ROUNDING = 1e-9
_MOST_DIGITS = 6


@dataclass(frozen=True)
class Axis:
    """An axis of values.

    Attributes:
        first: number of the lowest mark, in steps from 0.
        last: number of the highest mark.
        step: distance of two marks.
    """

    first: int
    last: int
    step: float

    @property
    def marks(self) -> list[float]:
        """Values of the marks, the lowest first."""
        return [number * self.step for number in range(self.first, self.last + 1)]

    def share(self, value: float) -> float:
        """Return the place of a value: 0 at the lowest mark, 1 at the highest."""
        return (value / self.step - self.first) / (self.last - self.first)

    def text(self, value: float) -> str:
        """Return a mark's value with the decimals that the step needs."""
        digits = max(0, -math.floor(math.log10(self.step) + _ROUNDING))
        return f"{value:.{digits}f}" if digits <= _MOST_DIGITS else f"{value:.6g}"


def fit_axis(values: Sequence[float], most: float = math.inf) -> Axis:
    """Return the axis from a round number below all values to one above all.

    It starts at 0 if the lowest value is no farther from 0 than from the highest one.

    Args:
        values: finite, none below 0, at least one.
        most: the largest value that is possible.
    """
    low, high = min(values), max(values)
    if high == 0:
        return Axis(0, 1, 1.0)
    spare = max(0.0, high * _LEAST_LENGTH - (high - low)) / 2
    low, high = low - spare, max(high, min(high + spare, most))
    if low <= high - low:
        low = 0.0
    step = _round_up((high - low) / _INTERVALS)
    first, last = math.floor(low / step + _ROUNDING), math.ceil(high / step - _ROUNDING)
    return Axis(first, last, step)


def _round_up(value: float) -> float:
    """Return the next round number: 1, 2 or 5 with zeros."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(s * power for s in _STEPS if s * power >= value * (1 - _ROUNDING))
