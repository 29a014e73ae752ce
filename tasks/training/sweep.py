"""Sweep over strengths of the L2 penalty, by cross-validation within the training records.

Every strength starts at the optimum of the one before, from strong to weak. The sweep ends once
the log loss has risen twice: it falls and then rises as the penalty gets weaker.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from tasks.evaluation.cross_entropy import cross_entropy
from tasks.evaluation.held_out import HeldOut
from tasks.models.head import FloatArray
from tasks.runs.sweep_record import Strength
from tasks.training.logistic_regression import COARSE, Coefficients, DoubleArray, fit
from tasks.training.passes import Passes, weighting

logger = logging.getLogger(__name__)

#: Parts of the training records, by the content of the pictures.
FOLDS = 5
# In units of the mean variance of the features: what is taken where there are too few different
# pictures to compare strengths.
_FALLBACK = 0.1
_STRONGEST, _WEAKEST = 10.0, 1e-6
_PER_DECADE = 2
_RISES = 2
_DIGITS = 2


@dataclass(frozen=True)
class Folded:
    """Training records, cut into folds.

    Attributes:
        passes: over the records.
        label: class of every record, in the order of ``passes``, int64 ``[records]``.
        fold: part of every record in the same order, int64 ``[records]``.
        class_weight: weight of a record of each class, float64 ``[classes]``.
        spread: variance of the features along every direction, float64 ``[directions]``.
        l2_factor: an L2 of 1 on the features as they are trained on, raw or standardised, is one
            of ``1 / l2_factor`` here.
        standardize: the features are standardised.
    """

    passes: Passes
    label: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]
    class_weight: DoubleArray
    spread: DoubleArray
    l2_factor: float
    standardize: bool

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Records of every fold and class, ``[FOLDS, classes]``."""
        counts = np.zeros((FOLDS, len(self.class_weight)), np.int64)
        np.add.at(counts, (self.fold, self.label), 1)
        return counts


@dataclass(frozen=True)
class Answers:
    """Result of a sweep.

    Attributes:
        tried: the strengths, the largest first.
        best: the one with the lowest log loss.
        held_out: the out-of-fold answers with it.
    """

    tried: tuple[Strength, ...]
    best: Strength
    held_out: HeldOut


def strengths(l2_factor: float) -> list[float]:
    """Return the strengths to compare, the largest first.

    Args:
        l2_factor: of the features; see ``Folded``.
    """
    count = round(_PER_DECADE * np.log10(_STRONGEST / _WEAKEST)) + 1
    return [_rounded(l2_factor * value) for value in np.geomspace(_STRONGEST, _WEAKEST, count)]


def fallback(l2_factor: float) -> float:
    """Return the strength where there are too few different pictures to compare any."""
    return _rounded(l2_factor * _FALLBACK)


def can_sweep(records: Folded) -> bool:
    """Return whether there are two folds, one to train on and one to answer."""
    return len(np.unique(records.fold)) > 1


def sweep(records: Folded, l2: float | None) -> Answers:
    """Compare strengths; return them, and the out-of-fold answers with the best.

    Args:
        records: the training records, of two folds or more.
        l2: the only strength to try; None: those of ``strengths``.
    """
    tried: list[Strength] = []
    best: Answers | None = None
    for strength, logits in _try(records, strengths(records.l2_factor) if l2 is None else [l2]):
        tried.append(strength)
        logger.info("%s", strength_line(strength))
        if best is None or strength.log_loss < best.best.log_loss:
            best = Answers(tuple(tried), strength, HeldOut(logits, records.label))
        if _has_risen(tried):
            break
    if best is None:
        raise ValueError("no strength to try")
    return replace(best, tried=tuple(tried))


def strength_line(strength: Strength) -> str:
    """Return the line to show after a strength."""
    return (
        f"[L2 {strength.l2:g} on {'standardised' if strength.standardize else 'raw'} features] "
        f"Cross-validated top-1 accuracy is {strength.top1:.4f}, log loss {strength.log_loss:.4f}"
    )


def _try(records: Folded, candidates: Sequence[float]) -> Iterator[tuple[Strength, FloatArray]]:
    """Yield every strength with the out-of-fold logits, ``[records, classes]``."""
    folds = [int(fold) for fold in np.unique(records.fold)]
    weights = weighting(records.counts, records.class_weight, folds)
    sums_of = partial(records.passes.sums, weights)
    classes = len(records.class_weight)
    found = Coefficients.zeros(len(folds), classes, len(records.spread))
    for l2 in candidates:
        found = fit(sums_of, records.spread, l2 / records.l2_factor, found, tolerance=COARSE)
        logits = records.passes.answers(weights, found)
        yield _scored(l2, logits, records), logits


def _scored(l2: float, logits: FloatArray, records: Folded) -> Strength:
    label = records.label
    loss = cross_entropy(logits.astype(np.float64), label)
    return Strength(
        l2=l2,
        standardize=records.standardize,
        top1=float((logits.argmax(axis=1) == label).mean()),
        log_loss=float(np.average(loss, weights=records.class_weight[label])),
    )


def _has_risen(tried: Sequence[Strength]) -> bool:
    """Return whether the log loss of the last strengths is above the lowest before them."""
    losses = [strength.log_loss for strength in tried]
    return len(losses) > _RISES and min(losses[-_RISES:]) > min(losses[:-_RISES])


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS - 1}e}")
