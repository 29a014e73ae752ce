import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasks.evaluation.calibration import (
    BINS,
    THRESHOLDS,
    calibration_error,
    error_by_chance,
    reliability_bins,
    thresholds,
)
from tasks.evaluation.record import ReliabilityBin

Answers = list[tuple[float, bool]]
answers = st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=60)


def arrays(pairs: Answers) -> tuple[Any, Any]:
    return np.array([c for c, _ in pairs], np.float32), np.array([r for _, r in pairs], np.bool_)


@given(answers)
def test_bins_and_error_are_those_of_the_definition(pairs: Answers) -> None:
    """Guo et al., equations 2 and 3, record by record."""
    bins = reliability_bins(*arrays(pairs))
    error = 0.0
    for number, found in enumerate(bins):
        # 0 itself is in the first bin.
        own = [(c, r) for c, r in pairs if number < c * BINS <= number + 1 or not c + number]
        assert (found.records, found.correct) == (len(own), sum(r for _, r in own))
        if own:
            confidence = sum(c for c, _ in own) / len(own)
            assert found.confidence == pytest.approx(confidence, rel=1e-9)
            gap = abs(sum(r for _, r in own) / len(own) - confidence)
            error += len(own) / len(pairs) * gap
        else:
            assert found.confidence is None
    assert calibration_error(bins) == pytest.approx(error, abs=1e-9)


def test_bins_cover_everything_without_gaps() -> None:
    bins = reliability_bins(*arrays([(1.0, True), (0.0, False)]))
    assert (bins[0].low, bins[-1].high, len(bins)) == (0.0, 1.0, 15)
    assert all(a.high == b.low for a, b in itertools.pairwise(bins))
    assert (bins[0].records, bins[-1].records) == (1, 1)
    assert calibration_error(bins) == 0.0


def test_an_overconfident_model_is_off_by_the_difference() -> None:
    pairs = [(0.9, number < 6) for number in range(10)]
    assert calibration_error(reliability_bins(*arrays(pairs))) == pytest.approx(0.3, abs=1e-6)


def test_no_records_have_no_error() -> None:
    assert math.isnan(calibration_error(reliability_bins(*arrays([]))))


@given(st.integers(1, 300), st.floats(0.001, 0.999))
def test_the_error_by_chance_is_the_mean_of_all_outcomes(count: int, confidence: float) -> None:
    one = ReliabilityBin(low=0, high=1, records=count, correct=0, confidence=confidence)
    right = np.arange(count + 1)
    chances = stats.binom.pmf(right, count, confidence)
    expected = (chances * abs(right / count - confidence)).sum()
    # Logarithms of the gamma function of up to 300 lose a few digits of their 16.
    assert error_by_chance([one]) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_error_by_chance_is_that_of_a_simulation() -> None:
    random = np.random.default_rng(4)
    confidence = random.uniform(0.3, 1, 350)
    errors = [
        calibration_error(reliability_bins(confidence, random.random(350) < confidence))
        for _ in range(2000)
    ]
    # The mean of 2,000 has a standard error of 0.0002; bins mix confidences of a width of 0.07.
    found = error_by_chance(reliability_bins(confidence, random.random(350) < confidence))
    assert found == pytest.approx(np.mean(errors), abs=0.002)


def test_no_error_by_chance_without_doubt() -> None:
    sure = reliability_bins(*arrays([(1.0, True), (1.0, True), (0.0, False)]))
    assert error_by_chance(sure) == 0.0
    assert math.isnan(error_by_chance(reliability_bins(*arrays([]))))


@given(answers)
def test_thresholds_count_what_is_above_them(pairs: Answers) -> None:
    found = thresholds(*arrays(pairs))
    assert [t.above for t in found] == list(THRESHOLDS)
    for threshold in found:
        own = [r for c, r in pairs if c > threshold.above]
        assert (threshold.answered, threshold.correct) == (len(own), sum(own))
    assert found[0].answered == sum(c > 0 for c, _ in pairs)
