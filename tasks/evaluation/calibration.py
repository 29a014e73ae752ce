"""Calibration of predictions: do they come true as often as their confidence says?

Guo et al., "On calibration of modern neural networks", 2017, https://arxiv.org/abs/1706.04599;
Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", 2015,
https://doi.org/10.1609/aaai.v29i1.9602.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tasks.evaluation.record import ReliabilityBin, Threshold

FloatArray = npt.NDArray[np.floating]
BoolArray = npt.NDArray[np.bool_]

#: Bins of equal width from 0 to 1, as many as in Guo et al.
BINS = 15
#: Confidences above which a model may answer; above 0 it always answers.
THRESHOLDS = (0.0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def reliability_bins(confidence: FloatArray, right: BoolArray) -> tuple[ReliabilityBin, ...]:
    """Return the bins of a reliability diagram.

    Args:
        confidence: probability of every record's prediction, from 0 to 1, ``[records]``.
        right: whether the prediction is the label, ``[records]``.
    """
    # The upper bound belongs to a bin: 1 to the last one.
    place = np.clip(np.ceil(confidence.astype(np.float64) * BINS).astype(np.int64) - 1, 0, BINS - 1)
    records = np.bincount(place, minlength=BINS)
    correct = np.bincount(place[right], minlength=BINS)
    total = np.bincount(place, weights=confidence, minlength=BINS)
    return tuple(
        ReliabilityBin(
            low=i / BINS,
            high=(i + 1) / BINS,
            records=int(records[i]),
            correct=int(correct[i]),
            confidence=float(total[i] / records[i]) if records[i] else None,
        )
        for i in range(BINS)
    )


def calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Return the expected calibration error, from 0 to 1; NaN without any record."""
    filled = [(b.records, b.accuracy, b.confidence) for b in bins]
    gaps = [n * abs(a - c) for n, a, c in filled if a is not None and c is not None]
    records = sum(n for n, _, _ in filled)
    return sum(gaps) / records if records else float("nan")


def error_by_chance(bins: Sequence[ReliabilityBin]) -> float:
    """Return the calibration error that a perfectly calibrated model has on as many records.

    Its answers are right as often as its confidence says, but in a small bin not exactly so often.

    Args:
        bins: of a model; the confidence of a bin's records is taken as their mean.
    """
    filled = [(b.records, b.confidence) for b in bins if b.confidence is not None]
    gaps = sum(_mean_deviation(n, confidence) for n, confidence in filled)
    records = sum(n for n, _ in filled)
    return gaps / records if records else float("nan")


def _mean_deviation(count: int, share: float) -> float:
    """Return the mean absolute deviation of a binomial number, by De Moivre's formula.

    Diaconis and Zabell, "Closed form summation for classical distributions", 1991,
    https://doi.org/10.1214/ss/1177011699.
    """
    if not 0 < share < 1:
        return 0.0
    first = math.floor(count * share) + 1
    if first > count:
        return 0.0
    choices = math.lgamma(count + 1) - math.lgamma(first + 1) - math.lgamma(count - first + 1)
    log = choices + first * math.log(share) + (count - first + 1) * math.log1p(-share)
    return 2 * first * math.exp(log)


def thresholds(confidence: FloatArray, right: BoolArray) -> tuple[Threshold, ...]:
    """Return what is answered above each of ``THRESHOLDS``, and how much of it is right.

    Args:
        confidence: probability of every record's prediction, from 0 to 1, ``[records]``.
        right: whether the prediction is the label, ``[records]``.
    """
    above = [confidence.astype(np.float64) > threshold for threshold in THRESHOLDS]
    return tuple(
        Threshold(
            above=threshold,
            answered=int(np.count_nonzero(answered)),
            correct=int(np.count_nonzero(answered & right)),
        )
        for threshold, answered in zip(THRESHOLDS, above, strict=True)
    )
