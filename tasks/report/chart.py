"""Line charts as data for ``chart.svg.j2``.

A template draws them and not a plotting library: text stays text, the colours are the page's and
follow its dark mode, no id occurs twice on a page of two charts, and nothing has to be imported.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 48

_STEPS = (1, 2, 5, 10)
_INTERVALS = 5
_MOST_NAMES = 10
_MOST_DOTS = 60


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
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]


def line_chart(
    names: Sequence[str], values: Sequence[float], *, x_label: str, y_label: str
) -> Chart | None:
    """Return a chart of values at even distances, its y axis from 0.

    Args:
        names: of each value, on the x axis.
        values: none below 0; a value that is not finite is left out.
        x_label: label of the order of the values.
        y_label: label of the values.

    Returns:
        The chart, or None where no value is finite.
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    marks = _marks(max(finite))
    x, y = _places(len(values)), [_height(value, marks[-1]) for value in values]
    dots = [
        Dot(round(x[i], 1), round(y[i], 1), f"{x_label} {names[i]}: {values[i]:.4f}")
        for i in range(len(values))
        if math.isfinite(values[i])
    ]
    every = math.ceil(len(names) / _MOST_NAMES)
    return Chart(
        title=(
            f"{y_label} by {x_label}: {len(finite)} values from {min(finite):.4f} to "
            f"{max(finite):.4f}, {finite[-1]:.4f} at the end. The table beside it has them all."
        ),
        x_label=x_label,
        y_label=y_label,
        x_ticks=tuple(Tick(round(x[i], 1), names[i]) for i in range(0, len(names), every)),
        y_ticks=tuple(Tick(round(_height(m, marks[-1]), 1), f"{m:g}") for m in marks),
        lines=tuple(_lines(x, y)),
        dots=tuple(dots) if len(dots) <= _MOST_DOTS else (),
    )


def _places(count: int) -> list[float]:
    """Return the x of every value, in pixels."""
    step = (WIDTH - LEFT - RIGHT) / max(count - 1, 1)
    return [LEFT + number * step for number in range(count)]


def _height(value: float, top: float) -> float:
    """Return the y of a value, in pixels from the upper edge.

    Args:
        value: from 0 to ``top``, or not finite.
        top: the value at the end of the y axis.
    """
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _marks(largest: float) -> list[float]:
    """Return round numbers from 0 to ``largest`` or just above."""
    if largest <= 0:
        return [0.0, 1.0]
    raw = largest / _INTERVALS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in _STEPS if s * power >= raw * (1 - 1e-9))
    return [round(i * step, 12) for i in range(math.ceil(largest / step - 1e-9) + 1)]


def _lines(x: Sequence[float], y: Sequence[float]) -> Iterator[str]:
    """Yield the points of every unbroken line, as SVG writes them."""
    points: list[str] = []
    for left, height in zip(x, y, strict=True):
        if math.isfinite(height):
            points.append(f"{left:.1f},{height:.1f}")
        elif points:
            yield " ".join(points)
            points = []
    if points:
        yield " ".join(points)
