"""Temperature of a head: the one number that its logits are divided by to calibrate them.

Guo et al., "On calibration of modern neural networks", 2017, https://arxiv.org/abs/1706.04599.
Dividing all logits by a number changes no prediction, only how sure it is.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.evaluation.cross_entropy import cross_entropy
from tasks.evaluation.held_out import HeldOut

Float64Array = npt.NDArray[np.float64]

# A logit of 1e-4 or of 1e4 becomes 1: what lies outside is no head of ours.
_BOUNDS = (1e-4, 1e4)
_TOLERANCE = 1e-10
_MOST_STEPS = 200
# Values of logits that are worked on at a time: 8 MiB in float64.
_VALUES = 2**20


@dataclass(frozen=True)
class _Slope:
    """First and second derivative of the mean log loss by the inverse temperature."""

    first: float
    second: float


def log_loss(held_out: HeldOut, temperature: float = 1.0) -> float:
    """Return the mean negative log-probability of the labels at a temperature.

    Args:
        held_out: at least one record.
        temperature: above 0.
    """
    total = 0.0
    for logits, label in _parts(held_out):
        total += float(cross_entropy(logits / temperature, label).sum())
    return total / len(held_out.label)


def fit_temperature(held_out: HeldOut) -> float:
    """Return the temperature of the least log loss.

    The loss is convex in the inverse temperature, so its slope has one zero at most, which
    Newton's method finds, kept between bounds by bisection.

    Args:
        held_out: at least one record.

    Returns:
        A number from 1e-4 to 1e4; 0 where the loss falls for ever as the temperature falls, which
        is so if no record is wrong; infinity where it falls as the temperature rises, which is so
        if the logits tell no more of the labels than chance does.
    """
    if _slope(held_out, 0.0).first >= 0:
        return math.inf
    wrong = any(
        (_of_label(logits, label) < logits.max(axis=1)).any() for logits, label in _parts(held_out)
    )
    return 1 / _zero(held_out) if wrong else 0.0


def _zero(held_out: HeldOut) -> float:
    """Return the inverse temperature at which the slope is 0, or the bound nearest to it."""
    low, high = 1 / _BOUNDS[1], 1 / _BOUNDS[0]
    at = 1.0
    for _ in range(_MOST_STEPS):
        slope = _slope(held_out, at)
        low, high = (at, high) if slope.first < 0 else (low, at)
        step = at - slope.first / slope.second if slope.second > 0 else math.nan
        # Also where a step is no number.
        following = step if low < step < high else math.sqrt(low * high)
        if abs(following - at) <= _TOLERANCE * at:
            break
        at = following
    return at


def _slope(held_out: HeldOut, inverse: float) -> _Slope:
    """Return the slope: the mean of expected logit less the label's, and the logits' variance."""
    first = second = 0.0
    for logits, label in _parts(held_out):
        shifted = logits - logits.max(axis=1, keepdims=True)
        probability = np.exp(inverse * shifted)
        probability /= probability.sum(axis=1, keepdims=True)
        mean = (probability * shifted).sum(axis=1)
        first += float((mean - _of_label(shifted, label)).sum())
        second += float((probability * (shifted - mean[:, None]) ** 2).sum())
    records = len(held_out.label)
    return _Slope(first / records, second / records)


def _parts(held_out: HeldOut) -> Iterator[tuple[Float64Array, npt.NDArray[np.int64]]]:
    """Yield logits, float64 ``[some, classes]``, and labels of some records at a time."""
    records, classes = held_out.logits.shape
    some = max(_VALUES // classes, 1)
    for first in range(0, records, some):
        part = slice(first, first + some)
        yield held_out.logits[part].astype(np.float64), held_out.label[part]


def _of_label(values: Float64Array, label: npt.NDArray[np.int64]) -> Float64Array:
    return np.asarray(values[np.arange(len(label)), label])
