from dataclasses import replace

import pytest

from tasks.runs.exclusion_record import ExclusionRecord
from tasks.runs.metrics import RunMetrics
from tasks.runs.typed_json import from_json

RECORD = ExclusionRecord(
    digest="e",
    entries=1200,
    records={"train": 1000, "validation": 20, "test": 3},
    class_counts={"train": (3, 4), "validation": (2, 1), "test": (1, 1)},
)


def test_sentence() -> None:
    words = (
        "1,000 train, 20 validation and 3 test records were left out, by a list of 1,200 entries"
    )
    assert RECORD.sentence() == words
    assert RECORD.warning() == ""


@pytest.mark.parametrize(
    ("count", "unknown", "warning"),
    [
        (1, ("a.jpg",), "1 entry of exclude names no record: 'a.jpg'"),
        (2, ("a.jpg", "b"), "2 entries of exclude name no record: 'a.jpg', 'b'"),
        (1500, ("a.jpg",), "1,500 entries of exclude name no record: 'a.jpg', ..."),
    ],
)
def test_warning(count: int, unknown: tuple[str, ...], warning: str) -> None:
    assert replace(RECORD, unknown_count=count, unknown=unknown).warning() == warning


def test_metrics_keep_it(run_metrics: dict[str, object]) -> None:
    without = RunMetrics.from_json(run_metrics)
    assert without.excluded is None
    assert "excluded" not in without.as_json()
    metrics = replace(without, excluded=RECORD)
    assert from_json(ExclusionRecord, metrics.as_json()["excluded"]) == RECORD
    assert RunMetrics.from_json(metrics.as_json()) == metrics
