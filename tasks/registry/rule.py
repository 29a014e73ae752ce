"""Rule of promotion: params and a comparison in, a decision out.

``if_not_worse`` lets a model pass that has fewer right answers than the champion, if that may be
chance. A row of such models must not lead down: each promotion keeps a *shortfall*, the accuracy
lost since the best champion, and no promotion may raise it above ``TOLERANCE``. A gain lowers it.
"""

from dataclasses import dataclass

from tasks.params.promotion import PromotionParams
from tasks.registry.score import Score
from tasks.runs.promotion_record import Comparison

#: Level of McNemar's test: a smaller p-value is a significant difference.
SIGNIFICANT = 0.05
#: Most accuracy that champions in a row may lose together, from 0 to 1.
TOLERANCE = 0.01
# Sums of accuracies are rounded.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Incomparable:
    """A champion that could not be measured on the new model's validation records.

    Attributes:
        champion: its number.
        reason: a clause.
    """

    champion: int
    reason: str


#: Result of measuring the champion; None if there is no champion.
Measured = Comparison | Incomparable | None


@dataclass(frozen=True)
class Decision:
    """Decision about the promotion of a model.

    Attributes:
        promoted: True if it becomes the champion.
        why: a clause.
        shortfall: accuracy lost since the best champion, from 0 to 1; 0 unless it is promoted.
    """

    promoted: bool
    why: str
    shortfall: float = 0.0


def decide(
    params: PromotionParams,
    *,
    score: Score,
    measured: Measured,
    shortfall: float = 0.0,
    rolled_back: str = "",
) -> Decision:
    """Decide whether a new model becomes the champion.

    Args:
        params: the rule.
        score: of the new model on all its validation records.
        measured: the champion's measurement on the same records.
        shortfall: the champion's.
        rolled_back: who rolled the model back and when; empty if nobody did.
    """
    figures = _figures(measured)
    if params.promote == "never":
        return Decision(False, f"promote is never{_with(figures)}")
    if params.min_accuracy is not None and score.top1 < params.min_accuracy:
        return Decision(
            False, f"top-1 accuracy {score.text} is below min_accuracy {params.min_accuracy:g}"
        )
    if params.promote == "always":
        return Decision(True, f"promote is always{_with(figures)}")
    if rolled_back:
        return Decision(
            False,
            f"it was rolled back {rolled_back}: it is promoted again only by hand or with "
            "promote: always",
        )
    if measured is None:
        return Decision(True, f"it is the first champion, top-1 accuracy {score.text}")
    if isinstance(measured, Incomparable):
        return Decision(False, f"it {figures}; promoted only with promote: always")
    if params.promote == "if_better":
        return _if_better(measured, figures, shortfall)
    return _if_not_worse(measured, figures, shortfall)


def _if_better(comparison: Comparison, figures: str, shortfall: float) -> Decision:
    if comparison.correct <= comparison.champion_correct:
        return Decision(False, f"{figures}: not better")
    if comparison.p_value >= SIGNIFICANT:
        return Decision(False, f"{figures}: better, but not significantly")
    return Decision(True, figures, _after(comparison, shortfall))


def _if_not_worse(comparison: Comparison, figures: str, shortfall: float) -> Decision:
    after = _after(comparison, shortfall)
    if comparison.correct >= comparison.champion_correct:
        return Decision(True, figures, after)
    if comparison.p_value < SIGNIFICANT:
        return Decision(False, f"{figures}: significantly worse")
    if after > TOLERANCE + _ROUNDING:
        return Decision(
            False,
            f"{figures}: {100 * after:.2f} points below the best champion, expected "
            f"{100 * TOLERANCE:g} at most",
        )
    return Decision(True, f"{figures}: not significantly worse", after)


def _after(comparison: Comparison, shortfall: float) -> float:
    """Return the shortfall of a new champion, from that of the champion before it."""
    return max(shortfall + comparison.champion_top1 - comparison.top1, 0.0)


def _figures(measured: Measured) -> str:
    if isinstance(measured, Incomparable):
        return f"cannot be compared with version {measured.champion}: {measured.reason}"
    return measured.clause() if measured else ""


def _with(figures: str) -> str:
    return f"; {figures}" if figures else ""
