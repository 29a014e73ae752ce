"""Evaluation of predictions that come in batches, so that they need not be held at once."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tasks.evaluation.calibration import calibration_error, reliability_bins, thresholds
from tasks.evaluation.class_scores import mean_of_finite, scores_of_counts
from tasks.evaluation.interval import wilson_interval
from tasks.evaluation.record import EvaluationRecord

IntArray = npt.NDArray[np.integer]
FloatArray = npt.NDArray[np.floating]
Counts = npt.NDArray[np.int64]

_TOP = 5
# As in scikit-learn: the loss of a probability of 0 stays finite.
_LEAST_PROBABILITY = float(np.finfo(np.float32).eps)


@dataclass
class Tally:
    """Counts of predictions: five bytes for a record, and a few for a class.

    Attributes:
        class_count: number of classes.
    """

    class_count: int
    _right: Counts = field(init=False)
    _support: Counts = field(init=False)
    _predicted: Counts = field(init=False)
    _in_top5: int = 0
    _loss: float = 0.0
    _confidence: list[FloatArray] = field(default_factory=list)
    _is_right: list[npt.NDArray[np.bool_]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start from no records."""
        zeros = np.zeros((3, self.class_count), np.int64)
        self._right, self._support, self._predicted = zeros

    def add(self, probability: FloatArray, label: IntArray) -> None:
        """Count a batch of records.

        Args:
            probability: of every class, float ``[records, classes]``.
            label: class of every record, from 0, ``[records]``.
        """
        prediction = probability.argmax(axis=1)
        right = prediction == label
        self._support += np.bincount(label, minlength=self.class_count)
        self._predicted += np.bincount(prediction, minlength=self.class_count)
        self._right += np.bincount(label[right], minlength=self.class_count)
        self._in_top5 += int(np.count_nonzero(rank_of_label(probability, label) < _TOP))
        of_label = probability[np.arange(len(label)), label].astype(np.float64)
        self._loss -= float(np.log(np.maximum(of_label, _LEAST_PROBABILITY)).sum())
        self._confidence.append(probability.max(axis=1, initial=0).astype(np.float32))
        self._is_right.append(right)

    @property
    def records(self) -> int:
        """Number of records so far."""
        return int(self._support.sum())

    @property
    def top1(self) -> float:
        """Share of the records whose most probable class is their label."""
        return int(self._right.sum()) / self.records

    def evaluation(self) -> EvaluationRecord:
        """Return the evaluation of all records so far, of which there is at least one."""
        records, correct = self.records, int(self._right.sum())
        confidence, right = np.concatenate(self._confidence), np.concatenate(self._is_right)
        scores = scores_of_counts(
            right=self._right, support=self._support, predicted=self._predicted
        )
        bins = reliability_bins(confidence, right)
        top5 = self._in_top5 / records if self.class_count > _TOP else None
        return EvaluationRecord(
            records=records,
            correct=correct,
            interval=wilson_interval(correct / records, records),
            top5=top5,
            top5_interval=None if top5 is None else wilson_interval(top5, records),
            macro_f1=mean_of_finite(scores.f1),
            balanced_accuracy=mean_of_finite(scores.recall),
            log_loss=self._loss / records,
            calibration_error=calibration_error(bins),
            bins=bins,
            thresholds=thresholds(confidence, right),
        )


def rank_of_label(probability: FloatArray, label: IntArray) -> IntArray:
    """Return the place of every record's label in the order of its probabilities, from 0.

    Of equals, the class that comes first is the more probable one, as ``argmax`` has it.

    Args:
        probability: of every class, float ``[records, classes]``.
        label: class of every record, from 0, ``[records]``.

    Returns:
        int64 ``[records]``.
    """
    of_label = probability[np.arange(len(label)), label][:, None]
    before = np.arange(probability.shape[1]) < label[:, None]
    ahead = (probability > of_label) | ((probability == of_label) & before)
    return np.asarray(np.count_nonzero(ahead, axis=1))


def evaluate(probability: FloatArray, label: IntArray) -> EvaluationRecord:
    """Return the evaluation of predictions that are all in memory.

    Args:
        probability: of every class, float ``[records, classes]``, at least one record.
        label: class of every record, from 0, ``[records]``.
    """
    tally = Tally(probability.shape[1])
    tally.add(probability, label)
    return tally.evaluation()
