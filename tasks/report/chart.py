"""Line charts as data for ``chart.svg.j2``.

A template draws them and not a plotting library: text stays text, the colours are the page's and
follow its dark mode, no id occurs twice on a page of two charts, and nothing has to be imported.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.report.axis import Axis, fit_axis

WIDTH, HEIGHT = 480, 260
LEFT, RIGHT, TOP, BOTTOM = 60, 12, 12, 48

_MOST_NAMES = 10
_MOST_DOTS = 60

#: Lower and upper end of an interval.
Interval = tuple[float, float]
#: A place in pixels: from the left and from the upper edge.
Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place in pixels, and its text."""

    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """A value: its place in pixels, and its text."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A line chart, laid out.

    Attributes:
        title: its content in words, for readers who do not see it.
        x_label, y_label: labels of the axes.
        x_ticks, y_ticks: marks on the axes.
        lines: the points of every unbroken line; a value that is not finite breaks it.
        dots: the finite values, none where there are too many to tell apart.
        bands: the corners of the area between the ends of the intervals, for every line.
        level: a value that a line across the chart marks; None if there is none.
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    bands: tuple[str, ...] = ()
    level: Tick | None = None


def line_chart(
    names: Sequence[str],
    values: Sequence[float],
    *,
    x_label: str,
    y_label: str,
    intervals: Sequence[Interval] = (),
    level: float | None = None,
    most: float = math.inf,
) -> Chart | None:
    """Return a chart of values at even distances, its y axis fitted to all that it shows.

    Args:
        names: of each value, on the x axis.
        values: none below 0; a value that is not finite is left out.
        x_label: label of the order of the values.
        y_label: label of the values.
        intervals: of each value; empty if they have none.
        level: a value to mark by a line across the chart.
        most: the largest value that is possible.

    Returns:
        The chart, or None where no value is finite.
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    levels = [] if level is None else [level]
    axis = fit_axis([*finite, *(end for ends in intervals for end in ends), *levels], most)
    x = _places(len(values))
    runs = list(_unbroken(values))
    return Chart(
        title=_title(finite, axis, x_label=x_label, y_label=y_label),
        x_label=x_label,
        y_label=y_label,
        x_ticks=tuple(Tick(x[i], names[i]) for i in _named(len(names))),
        y_ticks=tuple(Tick(_height(mark, axis), axis.text(mark)) for mark in axis.marks),
        lines=tuple(_points((x[i], _height(values[i], axis)) for i in run) for run in runs),
        dots=tuple(
            Dot(x[i], _height(values[i], axis), f"{x_label} {names[i]}: {values[i]:.4f}")
            for run in runs
            for i in run
            if len(finite) <= _MOST_DOTS
        ),
        bands=tuple(_points(_band(run, x, intervals, axis)) for run in runs if intervals),
        level=None if level is None else Tick(_height(level, axis), f"{level:.4f}"),
    )


def _title(finite: Sequence[float], axis: Axis, *, x_label: str, y_label: str) -> str:
    ends = [axis.text(mark) for mark in (axis.marks[0], axis.marks[-1])]
    return (
        f"{y_label} by {x_label}: {len(finite)} values from {min(finite):.4f} to "
        f"{max(finite):.4f}, {finite[-1]:.4f} at the end, on an axis from {ends[0]} to {ends[1]}. "
        "The table beside it has them all."
    )


def _places(count: int) -> list[float]:
    """Return the x of every value, in pixels."""
    step = (WIDTH - LEFT - RIGHT) / max(count - 1, 1)
    return [round(LEFT + number * step, 1) for number in range(count)]


def _height(value: float, axis: Axis) -> float:
    """Return the y of a value, in pixels from the upper edge."""
    return round(HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - TOP - BOTTOM), 1)


def _named(count: int) -> range:
    """Return the numbers of the values whose names fit below the x axis."""
    return range(0, count, math.ceil(count / _MOST_NAMES))


def _unbroken(values: Sequence[float]) -> Iterator[list[int]]:
    """Yield the numbers of finite values that follow each other."""
    run: list[int] = []
    for number, value in enumerate(values):
        if math.isfinite(value):
            run.append(number)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _band(
    run: Sequence[int], x: Sequence[float], intervals: Sequence[Interval], axis: Axis
) -> Iterator[Point]:
    """Yield the corners of a band: along the upper ends, and back along the lower ones."""
    yield from ((x[i], _height(intervals[i][1], axis)) for i in run)
    yield from ((x[i], _height(intervals[i][0], axis)) for i in reversed(run))


def _points(places: Iterator[Point]) -> str:
    """Return places as SVG writes them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
