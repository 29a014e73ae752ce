import pytest
from scipy import stats

from tasks.evaluation.mcnemar import mcnemar


@pytest.mark.parametrize(
    ("first", "second"),
    [(0, 1), (1, 0), (1, 1), (0, 5), (5, 0), (0, 6), (3, 9), (12, 30), (100, 140), (499, 501)],
)
def test_is_exact_for_few_records(first: int, second: int) -> None:
    expected = stats.binomtest(first, first + second, 0.5).pvalue
    # Both sum the same terms; scipy in floating point.
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("first", "second"), [(500, 501), (450, 600), (10_000, 10_300), (0, 2_000), (60_000, 60_001)]
)
def test_is_the_corrected_statistic_for_many(first: int, second: int) -> None:
    statistic = (abs(first - second) - 1) ** 2 / (first + second)
    assert mcnemar(first, second) == pytest.approx(stats.chi2.sf(statistic, 1), rel=1e-9)


@pytest.mark.parametrize("difference", range(1, 120, 8))
def test_both_ways_meet_where_one_takes_over(difference: int) -> None:
    first, second = (1001 + difference) // 2, (1001 - difference) // 2
    exact = stats.binomtest(first, first + second, 0.5).pvalue
    # The correction makes the approximation better than a thousandth here.
    assert mcnemar(first, second) == pytest.approx(exact, abs=1e-3)


def test_classifiers_that_never_differ_are_equally_good() -> None:
    assert mcnemar(0, 0) == 1.0


def test_it_has_two_sides() -> None:
    assert mcnemar(3, 9) == mcnemar(9, 3)
    assert mcnemar(4, 4) == 1.0
