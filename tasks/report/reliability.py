"""Reliability diagram of a model as data for ``reliability.svg.j2``.

Guo et al., "On calibration of modern neural networks", 2017, https://arxiv.org/abs/1706.04599:
the share of right answers against their confidence. A bar that ends below the diagonal says that
the model is surer than it may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.evaluation.interval import interval_text, wilson_interval
from tasks.evaluation.record import ReliabilityBin

SIDE = 320
LEFT, TOP = 56, 16

_MARKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Bar:
    """A bin with records, in pixels.

    Attributes:
        x, y, width, height: the bar from 0 to the share of right answers.
        middle: x of its middle.
        low, high: y of the bounds of the 95 % interval of that share.
        text: the bin in words.
    """

    x: float
    y: float
    width: float
    height: float
    middle: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Mark:
    """A mark on both axes: its places in pixels, and its text."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class ReliabilityDiagram:
    """A reliability diagram, laid out.

    Attributes:
        title: its content in words, for readers who do not see it.
        marks: on the axes.
        bars: of the bins that have records.
    """

    title: str
    marks: tuple[Mark, ...]
    bars: tuple[Bar, ...]


def reliability_diagram(bins: Sequence[ReliabilityBin], error: float) -> ReliabilityDiagram:
    """Return the diagram of the bins of an evaluation.

    Args:
        bins: from 0 to 1.
        error: the expected calibration error.
    """
    filled = [b for b in bins if b.records]
    return ReliabilityDiagram(
        title=(
            f"Share of right answers by confidence: {len(filled)} of {len(bins)} bins have "
            f"records; expected calibration error {error:.4f}. The table beside it has them all."
        ),
        marks=tuple(Mark(_x(mark), _y(mark), f"{mark:g}") for mark in _MARKS),
        bars=tuple(_bar(each) for each in filled),
    )


def _bar(each: ReliabilityBin) -> Bar:
    share = each.correct / each.records
    low, high = wilson_interval(share, each.records)
    x, end, y = _x(each.low), _x(each.high), _y(share)
    return Bar(
        x=round(x + 1, 1),
        y=y,
        width=round(end - x - 2, 1),
        height=round(_y(0) - y, 1),
        middle=round((x + end) / 2, 1),
        low=_y(low),
        high=_y(high),
        text=(
            f"confidence {each.low:.2f} to {each.high:.2f}: {each.correct} of {each.records} "
            f"right, {share:.3f} (95 %: {interval_text(share, each.records)})"
        ),
    )


def _x(share: float) -> float:
    return round(LEFT + share * SIDE, 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * SIDE, 1)
