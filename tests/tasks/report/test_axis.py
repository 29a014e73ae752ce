import math

import numpy as np
import pytest

from tasks.report.axis import Axis, fit_axis


def texts(axis: Axis) -> list[str]:
    return [axis.text(mark) for mark in axis.marks]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # Accuracies of ten epochs, which an axis from 0 would show as a flat line.
        ([0.8914, 0.9143], ["0.890", "0.895", "0.900", "0.905", "0.910", "0.915"]),
        ([0.76, 0.862], ["0.75", "0.80", "0.85", "0.90"]),
        # A loss that falls to near 0 is seen from 0.
        ([1.1, 0.2], ["0.0", "0.5", "1.0", "1.5"]),
        ([0.0, 0.56], ["0.0", "0.2", "0.4", "0.6"]),
        ([0, 12345], ["0", "5000", "10000", "15000"]),
        ([0, 1e-4], ["0.00000", "0.00002", "0.00004", "0.00006", "0.00008", "0.00010"]),
        ([0.0], ["0", "1"]),
    ],
)
def test_marks_are_round_numbers_about_the_values(values: list[float], expected: list[str]) -> None:
    assert texts(fit_axis(values)) == expected


def test_equal_values_stand_on_a_short_axis_about_them() -> None:
    assert texts(fit_axis([0.5])) == ["0.494", "0.496", "0.498", "0.500", "0.502", "0.504", "0.506"]


def test_no_mark_is_above_the_largest_value_that_is_possible() -> None:
    assert texts(fit_axis([1.0, 1.0], most=1.0))[-1] == "1.000"
    assert texts(fit_axis([1.0, 1.0]))[-1] != "1.000"


@pytest.mark.parametrize("seed", range(50))
def test_every_value_lies_on_the_axis_and_the_axis_is_not_much_longer(seed: int) -> None:
    draw = np.random.default_rng(seed)
    values = (10.0 ** draw.uniform(-9, 9) * draw.uniform(0, 1, draw.integers(1, 6))).tolist()
    axis = fit_axis(values)
    shares = [axis.share(value) for value in values]
    assert min(shares) > -1e-6
    assert max(shares) < 1 + 1e-6
    assert 3 <= len(axis.marks) <= 8
    length = max(max(values) - min(values), 0.02 * max(values))
    starts_at_0 = axis.first == 0
    assert axis.marks[-1] - axis.marks[0] <= (4 if starts_at_0 else 2) * length
    assert all(math.isfinite(float(text)) for text in texts(axis))
