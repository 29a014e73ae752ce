import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasks.evaluation.interval import accuracy_text, interval_text, wilson_interval


@pytest.mark.parametrize(("share", "count"), [(0.5, 10), (0.0, 10), (1.0, 7), (0.9, 1000)])
def test_a_bound_is_as_far_off_as_its_own_deviation_allows(share: float, count: int) -> None:
    """The definition: the shares ``p`` with ``|share - p| = z sqrt(p (1 - p) / count)``."""
    low, high = wilson_interval(share, count)
    assert 0 <= low <= share <= high <= 1
    for bound in (low, high):
        deviation = math.sqrt(bound * (1 - bound) / count)
        assert abs(share - bound) == pytest.approx(1.959964 * deviation, abs=1e-6)


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_is_that_of_scipy(counts: tuple[int, int]) -> None:
    correct, count = counts
    low, high = wilson_interval(correct / count, count)
    expected = stats.binomtest(correct, count).proportion_ci(method="wilson")
    # Sums of a few float64 from 0 to 1; scipy has the same normal quantile to its last digit.
    assert low == pytest.approx(expected.low, abs=1e-12)
    assert high == pytest.approx(expected.high, abs=1e-12)
    assert 0 <= low <= correct / count <= high <= 1


def test_of_no_records_nothing_is_known() -> None:
    assert wilson_interval(0.0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("count", [1, 4, 350])
def test_none_or_all_right_reach_the_end_and_no_further(count: int) -> None:
    assert wilson_interval(0.0, count)[0] == 0.0
    assert wilson_interval(1.0, count)[1] == 1.0
    assert wilson_interval(0.0, count)[1] > 0
    assert wilson_interval(1.0, count)[0] < 1


def test_words() -> None:
    assert interval_text(317 / 350, 350) == "0.871 to 0.932"
    assert accuracy_text(317 / 350, 350) == "0.9057 (95 %: 0.871 to 0.932)"
    assert accuracy_text(1.0, 4) == "1.0000 (95 %: 0.510 to 1.000)"
