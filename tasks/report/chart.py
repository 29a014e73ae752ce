"""Line charts as data for ``chart.svg.j2``.

Drawn by hand and not by a plotting library: text stays text, colours are the page's own and follow
its dark mode, no id is there twice when a page has two charts, and nothing is imported to draw one.
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
    """A mark on an axis: where, in pixels, and what it says."""

    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """A value: where, in pixels, and what it says."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A line chart, laid out.

    Attributes:
        title: what it shows, for those who do not see it.
        x_label, y_label: what the axes are.
        x_ticks, y_ticks: their marks.
        lines: the points of every unbroken line; what is not finite breaks it.
        dots: the single values, as long as there are few enough to tell them apart.
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]


def line_chart(
    y_label: str, x_label: str, names: Sequence[str], values: Sequence[float]
) -> Chart | None:
    """Lay out a chart of values at even distances, its y axis from 0.

    Args:
        y_label: what the values are.
        x_label: what they are ordered by.
        names: of each value, on the x axis.
        values: none below 0; those that are not finite are left out.

    Returns:
        The chart, or None where no value is finite.
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    y_marks = _marks(max(finite))
    top = y_marks[-1]
    y = [HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM) for value in values]
    step = (WIDTH - LEFT - RIGHT) / max(len(values) - 1, 1)
    x = [LEFT + number * step for number in range(len(values))]
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
        y_ticks=tuple(
            Tick(round(HEIGHT - BOTTOM - m / top * (HEIGHT - TOP - BOTTOM), 1), f"{m:g}")
            for m in y_marks
        ),
        lines=tuple(_lines(x, y)),
        dots=tuple(dots) if len(dots) <= _MOST_DOTS else (),
    )


def _marks(largest: float) -> list[float]:
    """Return round numbers from 0 to ``largest`` or just above."""
    if largest <= 0:
        return [0.0, 1.0]
    raw = largest / _INTERVALS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in _STEPS if s * power >= raw * (1 - 1e-9))
    return [round(i * step, 12) for i in range(math.ceil(largest / step - 1e-9) + 1)]


def _lines(x: Sequence[float], y: Sequence[float]) -> Iterator[str]:
    points: list[str] = []
    for left, height in zip(x, y, strict=True):
        if math.isfinite(height):
            points.append(f"{left:.1f},{height:.1f}")
        elif points:
            yield " ".join(points)
            points = []
    if points:
        yield " ".join(points)
