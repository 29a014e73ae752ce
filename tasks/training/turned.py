"""Training records, measured and turned for a logistic regression."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.features.store import Features
from tasks.training.folds import fold_of
from tasks.training.logistic_regression import DoubleArray
from tasks.training.passes import Block
from tasks.training.rotation import Rotation, is_rotated, rotation, unit_of, unrotated
from tasks.training.sources import Source
from tasks.training.sweep import FOLDS, Folded

# Relative to the mean: a float32 tells no smaller deviation from rounding.
_LEAST_DEVIATION = 1e-7


@dataclass(frozen=True)
class Turned:
    """Training records, and the rotation that they went through.

    Attributes:
        records: cut into folds.
        rotation: turns a solution on them into a head.
    """

    records: Folded
    rotation: Rotation


@dataclass(frozen=True)
class Measured:
    """Training records, measured.

    Attributes:
        counts: records of every class, int64 ``[classes]``.
        mean: of every feature, float64 ``[features]``.
        deviation: of every feature, float64 ``[features]``.
    """

    counts: npt.NDArray[np.int64]
    mean: DoubleArray
    deviation: DoubleArray


@dataclass(frozen=True)
class _Moments:
    """Sums over records: their number by class, their features and the squares of those."""

    counts: npt.NDArray[np.int64]
    total: DoubleArray
    squares: DoubleArray

    def __add__(self, other: "_Moments") -> "_Moments":
        return _Moments(
            self.counts + other.counts, self.total + other.total, self.squares + other.squares
        )


def measure(source: Source, class_count: int) -> Measured:
    """Measure training records.

    Args:
        source: the training records.
        class_count: number of classes.

    Raises:
        DataError: a feature is not a finite number.
    """
    moments = source.total(lambda part: _moments(part, class_count))
    return Measured(moments.counts, *_mean_and_deviation(moments))


def turn(
    source: Source,
    measured: Measured,
    class_weight: DoubleArray,
    *,
    standardize: bool,
) -> Turned:
    """Return training records in the form that ``sweep`` and ``fit`` take.

    Args:
        source: the training records.
        measured: the same, measured.
        class_weight: weight of a record of each class, float64 ``[classes]``.
        standardize: train on features of unit deviation.
    """
    unit = unit_of(measured.mean, measured.deviation, standardize=standardize)
    turned = unrotated(unit, measured.deviation)
    if is_rotated(unit):
        products = source.total(lambda part: _products(unit(part.feature)))
        turned = rotation(unit, products / measured.counts.sum())
    kept = source.keep(
        lambda part: Block(turned(part.feature), part.label, fold_of(part.digest, FOLDS))
    )
    records = Folded(
        passes=kept.passes,
        label=kept.label,
        fold=kept.fold,
        class_weight=class_weight,
        spread=turned.spread,
        l2_factor=unit.l2_factor,
        standardize=standardize,
    )
    return Turned(records, turned)


def _moments(part: Features, class_count: int) -> _Moments:
    values = part.feature.astype(np.float64)
    counts = np.bincount(part.label, minlength=class_count)
    return _Moments(counts, values.sum(axis=0), (values**2).sum(axis=0))


def _mean_and_deviation(moments: _Moments) -> tuple[DoubleArray, DoubleArray]:
    count = moments.counts.sum()
    mean = moments.total / count
    # What is infinite is told below.
    with np.errstate(invalid="ignore"):
        deviation = np.sqrt(np.maximum(moments.squares / count - mean**2, 0))
    wrong = np.flatnonzero(~np.isfinite(deviation))
    if len(wrong):
        raise DataError(
            f"feature {wrong[0]} of the training records is not a finite number in every record: "
            "remove the folder of the features below GRAFT_HOME and run again"
        )
    return mean, np.where(deviation > _LEAST_DEVIATION * np.abs(mean), deviation, 0.0)


def _products(scaled: npt.NDArray[np.float32]) -> DoubleArray:
    return (scaled.T @ scaled).astype(np.float64)
