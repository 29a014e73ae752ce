import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluation.calibration import (
    BINS,
    THRESHOLDS,
    calibration_error,
    reliability_bins,
    thresholds,
)

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


@given(answers)
def test_thresholds_count_what_is_above_them(pairs: Answers) -> None:
    found = thresholds(*arrays(pairs))
    assert [t.above for t in found] == list(THRESHOLDS)
    for threshold in found:
        own = [r for c, r in pairs if c > threshold.above]
        assert (threshold.answered, threshold.correct) == (len(own), sum(own))
    assert found[0].answered == sum(c > 0 for c, _ in pairs)
