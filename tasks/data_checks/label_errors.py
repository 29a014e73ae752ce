"""Records whose label is probably wrong: confident learning.

Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
https://arxiv.org/abs/1911.00068. A record that is as probable of a class as the records of that
class are on average counts for that class. So the counts by label and class estimate how many
labels are wrong, and of which kind; the records with the least probable labels are taken for them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LabelErrors:
    """Records whose label is probably wrong, the least probable label first.

    Attributes:
        row: their numbers, ``[errors]``.
        label: the class that is more probable, ``[errors]``.
        given: probability of the label that they have, ``[errors]``.
        other: probability of the other class, ``[errors]``.
    """

    row: IntArray
    label: IntArray
    given: FloatArray
    other: FloatArray


def find_label_errors(probability: FloatArray, label: IntArray, *, fewest: int = 1) -> LabelErrors:
    """Return the records whose label is probably wrong.

    They are among the records with the least probable labels of their class (prune by class), and
    among those of the largest margin in favour of another class (prune by noise rate).

    Args:
        probability: out-of-sample probabilities, ``[records, classes]``.
        label: from 0, ``[records]``.
        fewest: labels of a class of fewer records are not judged.
    """
    counts = np.bincount(label, minlength=probability.shape[1])
    wrong = estimated_errors(probability, label)
    chosen = _by_class(probability, label, wrong) & _by_margin(probability, label, wrong)
    chosen &= (probability.argmax(axis=1) != label) & (counts[label] >= fewest)
    rows = np.flatnonzero(chosen)
    given = probability[rows, label[rows]]
    order = np.argsort(given, kind="stable")
    rows = rows[order]
    other = probability[rows].argmax(axis=1)
    return LabelErrors(rows, other, given[order], probability[rows, other])


def estimated_errors(probability: FloatArray, label: IntArray) -> IntArray:
    """Return how many records of a label (rows) are probably of a class (columns).

    It is the confident joint of the paper, scaled to the records of each label.

    Args:
        probability: out-of-sample probabilities, ``[records, classes]``.
        label: from 0, ``[records]``.

    Returns:
        int64 ``[classes, classes]``; its diagonal is 0.
    """
    classes = probability.shape[1]
    counts = np.bincount(label, minlength=classes)
    own = probability[np.arange(len(label)), label].astype(np.float64)
    mean = np.bincount(label, own, classes) / np.maximum(counts, 1)
    # A class without records has no records to be confident of.
    threshold = np.where(counts > 0, mean, np.inf)
    confident = probability >= threshold
    found = np.where(confident, probability, -1).argmax(axis=1)
    certain = confident.any(axis=1)
    cells = label[certain] * classes + found[certain]
    joint = np.bincount(cells, minlength=classes**2).reshape(classes, classes)
    scaled = joint * (counts / np.maximum(joint.sum(axis=1), 1))[:, np.newaxis]
    np.fill_diagonal(scaled, 0)
    return np.asarray(np.rint(scaled), np.int64)


def _by_class(probability: FloatArray, label: IntArray, wrong: IntArray) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(len(label), np.bool_)
    for given in np.flatnonzero(wrong.any(axis=1)):
        rows = np.flatnonzero(label == given)
        order = np.argsort(probability[rows, given], kind="stable")
        chosen[rows[order[: wrong[given].sum()]]] = True
    return chosen


def _by_margin(probability: FloatArray, label: IntArray, wrong: IntArray) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(len(label), np.bool_)
    for given, other in np.argwhere(wrong > 0):
        rows = np.flatnonzero(label == given)
        margin = probability[rows, other] - probability[rows, given]
        order = np.argsort(-margin, kind="stable")
        chosen[rows[order[: wrong[given, other]]]] = True
    return chosen
