"""Scores of predictions: confusion matrix, scores of every class, and a baseline."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ClassScores:
    """Scores of every class, float64 ``[classes]``; NaN where the denominator is 0.

    Attributes:
        precision: share of the records predicted as the class that are of it.
        recall: share of the records of the class that are predicted as it.
        f1: harmonic mean of both.
        support: records of the class, int64.
    """

    precision: Float64Array
    recall: Float64Array
    f1: Float64Array
    support: IntArray


@dataclass(frozen=True)
class Baseline:
    """Prediction of the most common class for every record.

    Attributes:
        label: that class.
        top1: its accuracy.
    """

    label: int
    top1: float


def confusion_matrix(
    *, label: npt.NDArray[np.integer], prediction: npt.NDArray[np.integer], class_count: int
) -> IntArray:
    """Return the number of records by label (rows) and prediction (columns).

    Args:
        label: ``[records]``, from 0.
        prediction: ``[records]``, from 0.
        class_count: number of classes.

    Returns:
        int64 ``[classes, classes]``.
    """
    cells = label.astype(np.int64) * class_count + prediction
    return np.bincount(cells, minlength=class_count**2).reshape(class_count, class_count)


def row_shares(confusion: IntArray) -> Float64Array:
    """Return each cell's share of its row; NaN in the row of a class without records."""
    return _ratio(confusion, confusion.sum(axis=1, keepdims=True))


def class_scores(confusion: IntArray) -> ClassScores:
    """Return the scores of every class of a confusion matrix."""
    return scores_of_counts(
        right=np.diag(confusion), support=confusion.sum(axis=1), predicted=confusion.sum(axis=0)
    )


def scores_of_counts(*, right: IntArray, support: IntArray, predicted: IntArray) -> ClassScores:
    """Return the scores of every class.

    Args:
        right: records of the class that are predicted as it, ``[classes]``.
        support: records of the class.
        predicted: records that are predicted as it.
    """
    return ClassScores(
        precision=_ratio(right, predicted),
        recall=_ratio(right, support),
        f1=_ratio(2 * right, support + predicted),
        support=support,
    )


def majority_baseline(confusion: IntArray) -> Baseline:
    """Return the baseline; of equally common classes it takes the first."""
    support = confusion.sum(axis=1)
    label = int(support.argmax())
    return Baseline(label, float(support[label] / support.sum()))


def most_mistaken(confusion: IntArray, count: int) -> list[tuple[int, int, int]]:
    """Return the most frequent mistakes, ``count`` at most, as label, prediction and records."""
    mistakes = confusion - np.diag(np.diag(confusion))
    cells = np.argsort(-mistakes, axis=None, kind="stable")[:count]
    found = [(*divmod(int(cell), len(confusion)), int(mistakes.flat[cell])) for cell in cells]
    return [mistake for mistake in found if mistake[2]]


def mean_of_finite(column: Float64Array) -> float:
    """Return the mean of the finite values; NaN where there are none."""
    finite = column[np.isfinite(column)]
    return float(finite.mean()) if len(finite) else math.nan


def _ratio(part: IntArray, whole: IntArray) -> Float64Array:
    ratio = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=ratio, where=whole != 0)
    return ratio
