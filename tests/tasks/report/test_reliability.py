import numpy as np
import pytest

from tasks.evaluation.calibration import reliability_bins
from tasks.evaluation.interval import wilson_interval
from tasks.report.reliability import LEFT, SIDE, TOP, reliability_diagram


def test_a_bar_is_as_high_as_the_share_of_right_answers() -> None:
    confidence = np.full(4, 0.95, np.float32)
    bins = reliability_bins(confidence, np.array([True, True, True, False]))
    found = reliability_diagram(bins, 0.2)
    (bar,) = found.bars
    assert bar.height == pytest.approx(0.75 * SIDE, abs=0.1)
    assert bar.y + bar.height == pytest.approx(TOP + SIDE, abs=0.1)
    assert LEFT + 14 / 15 * SIDE < bar.x < bar.x + bar.width < LEFT + SIDE
    low, high = wilson_interval(0.75, 4)
    assert bar.low == pytest.approx(TOP + (1 - low) * SIDE, abs=0.1)
    assert bar.high == pytest.approx(TOP + (1 - high) * SIDE, abs=0.1)
    assert bar.text == "confidence 0.93 to 1.00: 3 of 4 right, 0.750 (95 %: 0.301 to 0.954)"


def test_empty_bins_have_no_bar() -> None:
    bins = reliability_bins(np.array([0.1, 0.5, 0.55]), np.array([True, False, True]))
    found = reliability_diagram(bins, 0.25)
    assert len(found.bars) == 3
    assert found.title.startswith("Share of right answers by confidence: 3 of 15 bins have records")
    assert "expected calibration error 0.2500" in found.title


def test_marks_run_from_corner_to_corner() -> None:
    marks = reliability_diagram((), 0.0).marks
    assert [mark.text for mark in marks] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert (marks[0].x, marks[0].y) == (LEFT, TOP + SIDE)
    assert (marks[-1].x, marks[-1].y) == (LEFT + SIDE, TOP)
