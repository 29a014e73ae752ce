import math
from collections.abc import Sequence

import pytest

from tasks.report.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart, Interval, line_chart

LOW, MIDDLE = HEIGHT - BOTTOM, LEFT + (WIDTH - LEFT - RIGHT) / 2


def chart(*values: float, intervals: Sequence[Interval] = (), level: float | None = None) -> Chart:
    names = [str(i) for i in range(1, len(values) + 1)]
    drawn = line_chart(
        names, values, x_label="epoch", y_label="loss", intervals=intervals, level=level
    )
    assert drawn
    return drawn


def test_a_line_goes_from_edge_to_edge_and_its_axis_starts_at_0() -> None:
    drawn = chart(1.0, 0.5, 0.25)
    assert [(dot.x, dot.y) for dot in drawn.dots] == [
        (LEFT, TOP),
        (MIDDLE, TOP + (LOW - TOP) / 2),
        (WIDTH - RIGHT, TOP + (LOW - TOP) * 0.75),
    ]
    assert drawn.lines == ("60.0,12.0 264.0,112.0 468.0,162.0",)
    assert [tick.text for tick in drawn.y_ticks] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert (drawn.y_ticks[0].at, drawn.y_ticks[-1].at) == (LOW, TOP)


def test_a_curve_far_from_0_fills_the_chart() -> None:
    drawn = chart(0.90, 0.91, 0.95)
    assert [(dot.x, dot.y) for dot in drawn.dots] == [
        (LEFT, LOW),
        (MIDDLE, LOW - (LOW - TOP) / 5),
        (WIDTH - RIGHT, TOP),
    ]
    assert [tick.text for tick in drawn.y_ticks] == ["0.90", "0.91", "0.92", "0.93", "0.94", "0.95"]


def test_a_band_goes_along_the_upper_ends_and_back_along_the_lower_ones() -> None:
    drawn = chart(0.5, 0.5, intervals=[(0.0, 1.0), (0.25, 0.75)])
    assert drawn.bands == (
        f"{LEFT}.0,{TOP}.0 {WIDTH - RIGHT}.0,62.0 {WIDTH - RIGHT}.0,162.0 {LEFT}.0,{LOW}.0",
    )
    assert chart(0.5).bands == ()


def test_a_band_is_broken_with_its_line() -> None:
    drawn = chart(1.0, 1.0, math.nan, 1.0, intervals=[(0.0, 1.0)] * 4)
    assert [len(band.split()) for band in drawn.bands] == [4, 2]


def test_a_level_lies_on_the_axis_too() -> None:
    drawn = chart(0.5, 0.55, level=1.0)
    assert drawn.level
    assert (drawn.level.at, drawn.level.text) == (TOP, "1.0000")
    assert chart(0.5).level is None


def test_what_is_not_finite_breaks_the_line() -> None:
    drawn = chart(1.0, 1.0, math.nan, 1.0, math.inf)
    assert len(drawn.lines) == 2
    assert [dot.text for dot in drawn.dots] == [f"epoch {n}: 1.0000" for n in (1, 2, 4)]


def test_nothing_finite_is_no_chart() -> None:
    assert line_chart(["1"], [math.nan], x_label="epoch", y_label="loss") is None
    assert line_chart([], [], x_label="epoch", y_label="loss") is None


def test_nothing_but_zeros_is_a_chart() -> None:
    assert [tick.text for tick in chart(0.0).y_ticks] == ["0", "1"]


@pytest.mark.parametrize("count", [1, 10, 11, 200])
def test_no_more_than_ten_names_fit_below_the_axis(count: int) -> None:
    ticks = chart(*[0.5] * count).x_ticks
    assert ticks[0].text == "1"
    assert min(count, 6) <= len(ticks) <= 10


def test_many_values_have_few_names_and_no_dots() -> None:
    drawn = chart(*[0.5] * 1000)
    assert [tick.text for tick in drawn.x_ticks][:3] == ["1", "101", "201"]
    assert drawn.dots == ()


def test_says_in_words_what_it_shows_and_on_which_axis() -> None:
    assert chart(1.5, 0.5, 0.75).title.startswith(
        "loss by epoch: 3 values from 0.5000 to 1.5000, 0.7500 at the end, on an axis from 0.0 to "
        "1.5."
    )
