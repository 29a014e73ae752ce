"""Tables of ``make bench-head``: means with standard errors, and the goals."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

Figures = Mapping[str, Mapping[str, Sequence[float]]]

_DEFAULT, _RIVAL = "Graft's default", "LogisticRegressionCV"
_NONE, _BALANCED = (f"unbalanced cut, class_weights {kind}" for kind in ("none", "balanced"))


def lines(figures: Figures) -> Iterator[str]:
    """Yield a table of all heads, and whether the goals are met."""
    yield "| head | top-1 | macro recall | seconds |"
    yield "|---|---|---|---|"
    for name, found in figures.items():
        columns = (mean_and_error(found[key]) for key in ("top1", "macro_recall"))
        yield f"| {name} | {' | '.join(columns)} | {np.mean(found['seconds']):.2f} |"
    yield ""
    ours, theirs = figures[_DEFAULT], figures[_RIVAL]
    difference = np.subtract(ours["top1"], theirs["top1"])
    yield f"top-1, default minus {_RIVAL}: {mean_and_error(list(difference))} (goal >= -0.005)"
    ratio = np.divide(ours["seconds"], theirs["seconds"])
    yield f"seconds, default over {_RIVAL}: {np.median(ratio):.2f} (goal <= 2)"
    recall = np.subtract(figures[_BALANCED]["macro_recall"], figures[_NONE]["macro_recall"])
    yield f"macro recall, balanced minus none: {mean_and_error(list(recall))} (goal > 0)"


def distributed_lines(figures: Figures) -> Iterator[str]:
    """Yield a table of what trains on Spark."""
    yield "| on Spark | top-1 | seconds |"
    yield "|---|---|---|"
    for name, found in figures.items():
        yield f"| {name} | {found['top1'][0]:.4f} | {found['seconds'][0]:.1f} |"


def mean_and_error(values: Sequence[float]) -> str:
    """Return mean and standard error, ``0.8182 +- 0.0032``."""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"{np.mean(values):.4f} +- {error:.4f}"
