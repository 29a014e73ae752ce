"""Out-of-sample probabilities: cross-validation of a linear discriminant on features.

Linear discriminant analysis (Fisher 1936) has a closed form, so five folds of some thousand records
take a second, and the scatter of features shrinks towards a multiple of the identity (Friedman
1989, https://doi.org/10.1080/01621459.1989.10478752), so few records of a class are enough. It
finds flipped labels as well as a logistic regression of the best strength, which takes longer.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.models.head import softmax

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

# Share of the identity. Best of 0.03, 0.1, 0.3 and 0.6 at finding flipped labels is 0.3 or 0.6.
_SHRINKAGE = 0.5
_ROWS = 4096
_TEMPERATURES = np.geomspace(0.05, 50, 61)
_MOST_FOR_TEMPERATURE = 5000
_LEAST_DEVIATION = 1e-6


@dataclass(frozen=True)
class _Sums:
    """Sums over the records of a fold, or of several folds.

    Attributes:
        count: of each class, float64 ``[classes]``.
        total: sum of the features of each class, float64 ``[classes, features]``.
        gram: sum of the outer products of features, float64 ``[features, features]``.
    """

    count: npt.NDArray[np.float64]
    total: npt.NDArray[np.float64]
    gram: npt.NDArray[np.float64]

    def minus(self, part: "_Sums") -> "_Sums":
        return _Sums(self.count - part.count, self.total - part.total, self.gram - part.gram)


def out_of_sample_probabilities(
    feature: FloatArray, label: IntArray, fold: IntArray, class_count: int
) -> FloatArray:
    """Return the probability of every class by classifiers that did not see the record.

    The classifier of a fold is trained on all other folds. One temperature for all, which makes
    the probabilities as likely as possible, corrects that such a classifier is too sure.

    Args:
        feature: ``[records, features]``.
        label: from 0, ``[records]``.
        fold: of each record, from 0, ``[records]``.
        class_count: number of classes; one without training records has the probability 0.

    Returns:
        float32 ``[records, classes]``.
    """
    logits = _logits(feature, label, fold, class_count)
    return softmax(logits / _temperature(logits, label))


def _logits(feature: FloatArray, label: IntArray, fold: IntArray, class_count: int) -> FloatArray:
    scaled = _scaled(feature)
    folds = [np.flatnonzero(fold == number) for number in range(int(fold.max()) + 1)]
    parts = [_sums(scaled, label, rows, class_count) for rows in folds]
    whole = _Sums(
        np.sum([part.count for part in parts], axis=0),
        np.sum([part.total for part in parts], axis=0),
        np.sum([part.gram for part in parts], axis=0),
    )
    logits = np.empty((len(feature), class_count), np.float32)
    for rows, part in zip(folds, parts, strict=True):
        weight, bias = _discriminant(whole.minus(part))
        for some, values in scaled.blocks(rows):
            logits[some] = values @ weight + bias
    return logits


@dataclass(frozen=True)
class _Scaled:
    """Features of zero mean and unit deviation, made block by block: a copy of all may not fit."""

    feature: FloatArray
    mean: FloatArray
    scale: FloatArray

    def blocks(self, rows: IntArray) -> Iterator[tuple[IntArray, FloatArray]]:
        """Yield numbers and features of some of the rows at a time."""
        for first in range(0, len(rows), _ROWS):
            some = rows[first : first + _ROWS]
            yield some, (self.feature[some] - self.mean) * self.scale


def _scaled(feature: FloatArray) -> _Scaled:
    size = feature.shape[1]
    total, squares = np.zeros(size), np.zeros(size)
    for first in range(0, len(feature), _ROWS):
        values = feature[first : first + _ROWS].astype(np.float64)
        total += values.sum(0)
        squares += (values**2).sum(0)
    mean = total / len(feature)
    deviation = np.sqrt(np.maximum(squares / len(feature) - mean**2, 0))
    scale = 1 / np.maximum(deviation, _LEAST_DEVIATION)
    return _Scaled(feature, mean.astype(np.float32), scale.astype(np.float32))


def _sums(scaled: _Scaled, label: IntArray, rows: IntArray, class_count: int) -> _Sums:
    size = scaled.feature.shape[1]
    total, gram = np.zeros((class_count, size)), np.zeros((size, size))
    for some, values in scaled.blocks(rows):
        total += np.eye(class_count, dtype=np.float32)[label[some]].T @ values
        gram += values.T @ values
    count = np.bincount(label[rows], minlength=class_count).astype(np.float64)
    return _Sums(count, total, gram)


def _discriminant(sums: _Sums) -> tuple[FloatArray, FloatArray]:
    """Return weight ``[features, classes]`` and bias ``[classes]`` of the discriminant."""
    known = sums.count > 0
    mean = sums.total / np.maximum(sums.count, 1)[:, np.newaxis]
    records = sums.count.sum()
    within = (sums.gram - (mean.T * sums.count) @ mean) / max(records, 1)
    size = len(within)
    identity = np.trace(within) / size + _LEAST_DEVIATION
    shrunk = (1 - _SHRINKAGE) * within + _SHRINKAGE * identity * np.eye(size)
    weight = np.linalg.solve(shrunk.astype(np.float32), mean.T.astype(np.float32))
    prior = np.log(np.where(known, sums.count, 1) / max(records, 1))
    bias = np.where(known, prior - 0.5 * (mean.T * weight).sum(0), -np.inf)
    return weight, bias.astype(np.float32)


def _temperature(logits: FloatArray, label: IntArray) -> np.float32:
    """Return the temperature of the highest likelihood, on the first records of some thousand."""
    some, labels = logits[:_MOST_FOR_TEMPERATURE], label[:_MOST_FOR_TEMPERATURE]
    rows = np.arange(len(labels))
    finite = np.isfinite(some[rows, labels])
    likelihoods = [
        np.log(np.maximum(softmax(some / t)[rows, labels][finite], 1e-30)).sum()
        for t in _TEMPERATURES.astype(np.float32)
    ]
    return np.float32(_TEMPERATURES[int(np.argmax(likelihoods))])
