"""What predictions are worth: confusion matrix, scores of every class, the simplest rival."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ClassScores:
    """Scores of every class, arrays of ``[classes]``; NaN where there is nothing to divide by.

    Attributes:
        precision: of the records predicted as the class, the share that are of it.
        recall: of the records of the class, the share predicted as it.
        f1: the harmonic mean of both.
        support: how many records the class has.
    """

    precision: FloatArray
    recall: FloatArray
    f1: FloatArray
    support: IntArray


@dataclass(frozen=True)
class Baseline:
    """Always answering one class, the most common one.

    Attributes:
        label: that class.
        top1: the accuracy of doing so.
    """

    label: int
    top1: float


def confusion_matrix(
    label: npt.NDArray[np.integer], prediction: npt.NDArray[np.integer], classes: int
) -> IntArray:
    """Count records by label (rows) and prediction (columns): ``[classes, classes]``.

    Args:
        label: ``[records]``, from 0.
        prediction: ``[records]``, from 0.
        classes: how many classes there are.
    """
    cells = label.astype(np.int64) * classes + prediction
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def row_shares(confusion: IntArray) -> FloatArray:
    """Return each count's share of its row; NaN in the row of a class without records."""
    return _ratio(confusion, confusion.sum(axis=1, keepdims=True))


def class_scores(confusion: IntArray) -> ClassScores:
    """Return the scores of every class of a confusion matrix."""
    right, support, predicted = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return ClassScores(
        precision=_ratio(right, predicted),
        recall=_ratio(right, support),
        f1=_ratio(2 * right, support + predicted),
        support=support,
    )


def majority_baseline(confusion: IntArray) -> Baseline:
    """Return what the most common label alone would score; the first of equally common ones."""
    support = confusion.sum(axis=1)
    label = int(support.argmax())
    return Baseline(label, float(support[label] / support.sum()))


def most_mistaken(confusion: IntArray, count: int) -> list[tuple[int, int, int]]:
    """Return the most frequent mistakes, ``count`` at most: label, prediction, how many records."""
    mistakes = confusion - np.diag(np.diag(confusion))
    cells = np.argsort(-mistakes, axis=None, kind="stable")[:count]
    found = [(*divmod(int(cell), len(confusion)), int(mistakes.flat[cell])) for cell in cells]
    return [mistake for mistake in found if mistake[2]]


def _ratio(part: IntArray, whole: IntArray) -> FloatArray:
    ratio = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=ratio, where=whole != 0)
    return ratio
