import math

import pytest

from tasks.report.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart, line_chart


def chart(*values: float) -> Chart:
    names = [str(i) for i in range(1, len(values) + 1)]
    drawn = line_chart(names, values, x_label="epoch", y_label="loss")
    assert drawn
    return drawn


def test_a_line_goes_from_edge_to_edge_and_its_axis_starts_at_0() -> None:
    drawn = chart(1.0, 0.5, 0.25)
    assert [(dot.x, dot.y) for dot in drawn.dots] == [
        (LEFT, TOP),
        (LEFT + (WIDTH - LEFT - RIGHT) / 2, TOP + (HEIGHT - TOP - BOTTOM) / 2),
        (WIDTH - RIGHT, TOP + (HEIGHT - TOP - BOTTOM) * 0.75),
    ]
    assert drawn.lines == ("56.0,16.0 340.0,124.0 624.0,178.0",)
    assert [tick.text for tick in drawn.y_ticks] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert (drawn.y_ticks[0].at, drawn.y_ticks[-1].at) == (HEIGHT - BOTTOM, TOP)


@pytest.mark.parametrize(
    ("largest", "top"),
    [(0.56, "0.6"), (1.25, "1.5"), (7, "8"), (23, "25"), (1e-4, "0.0001"), (12345, "15000")],
)
def test_the_axis_ends_at_a_round_number_above_all_values(largest: float, top: str) -> None:
    marks = chart(largest, 0.0).y_ticks
    assert marks[-1].text == top
    assert 3 <= len(marks) <= 7


def test_what_is_not_finite_breaks_the_line() -> None:
    drawn = chart(1.0, 1.0, math.nan, 1.0, math.inf)
    assert len(drawn.lines) == 2
    assert [dot.text for dot in drawn.dots] == [f"epoch {n}: 1.0000" for n in (1, 2, 4)]


def test_nothing_finite_is_no_chart() -> None:
    assert line_chart(["1"], [math.nan], x_label="epoch", y_label="loss") is None
    assert line_chart([], [], x_label="epoch", y_label="loss") is None


def test_nothing_but_zeros_is_a_chart() -> None:
    assert [tick.text for tick in chart(0.0).y_ticks] == ["0", "1"]


def test_many_values_have_few_names_and_no_dots() -> None:
    drawn = chart(*[0.5] * 1000)
    assert [tick.text for tick in drawn.x_ticks][:3] == ["1", "101", "201"]
    assert drawn.dots == ()


def test_says_in_words_what_it_shows() -> None:
    assert chart(1.5, 0.5, 0.75).title.startswith(
        "loss by epoch: 3 values from 0.5000 to 1.5000, 0.7500 at the end."
    )
