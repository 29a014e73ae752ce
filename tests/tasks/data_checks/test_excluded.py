from dataclasses import replace
from pathlib import Path

import pytest

from support.trained import Model, write_trained
from tasks.data_checks.excluded import read_excluded
from tasks.errors import DataError
from tasks.features.exclusion import ExcludedRecord, Exclusion
from tasks.runs.exclusion_record import ExclusionRecord
from tasks.runs.metrics import RunMetrics
from tasks.storage.paths import Home
from tasks.training.excluding import write_excluded

RECORD = ExclusionRecord(digest="e", entries=2, records={"train": 2}, class_counts={})


@pytest.fixture
def metrics(tmp_path: Path) -> RunMetrics:
    made = write_trained(Home(tmp_path), Model("run", [True]))
    (tmp_path / "models" / made.model.digest / "artifact.json").unlink()
    return replace(made, excluded=RECORD)


def test_a_model_of_all_records(tmp_path: Path, metrics: RunMetrics) -> None:
    assert read_excluded(Home(tmp_path), replace(metrics, excluded=None)) == {}


def test_what_the_training_wrote(tmp_path: Path, metrics: RunMetrics) -> None:
    gone = tuple(ExcludedRecord("train", "s", number, "", "d", 0) for number in (3, 7))
    path = tmp_path / "models" / metrics.model.digest / "excluded.jsonl"
    write_excluded(Exclusion(gone, {}, ()), path)
    assert read_excluded(Home(tmp_path), metrics) == {"train": {"s": {3, 7}}}


def test_a_damaged_list(tmp_path: Path, metrics: RunMetrics) -> None:
    (tmp_path / "models" / metrics.model.digest / "excluded.jsonl").write_text("{}\n")
    with pytest.raises(DataError, match=r"excluded\.jsonl cannot be read .*: run the DAG again"):
        read_excluded(Home(tmp_path), metrics)
