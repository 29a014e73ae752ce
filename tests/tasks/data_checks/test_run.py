import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.trained import Model, write_features, write_trained
from tasks.data_checks import run as module
from tasks.data_checks.run import check_run
from tasks.datasets.exclude_list import read_exclude_list
from tasks.runs.exclusion_record import ExclusionRecord
from tasks.runs.metrics import RunMetrics
from tasks.storage.paths import Home

COUNT = 80


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def metrics(home: Home, tmp_path: Path) -> RunMetrics:
    """Two classes; a leak, a wrong label, and a copy in both splits."""
    random = np.random.default_rng(8)
    label = np.arange(COUNT) % 2
    feature = random.random((2, 16))[label] * 3 + 1 + random.normal(0, 0.1, (COUNT, 16))
    feature[70] = feature[2] * 1.001
    names = [f"{row}.jpg" for row in range(COUNT)]
    names[71] = names[1]
    label[31] = 0
    folders = []
    for split, rows in (("train", slice(0, 60)), ("validation", slice(60, COUNT))):
        folder = tmp_path / f"features {split}"
        write_features(folder, feature[rows].tolist(), label[rows].tolist(), names[rows])
        folders.append(folder)
    return write_trained(home, Model("run", [True] * 20, features=(folders[0], folders[1])))


def test_every_list_can_be_handed_back(home: Home, metrics: RunMetrics) -> None:
    checks = check_run(home, metrics)
    counts = {check.name: check.count for check in checks.checks}
    assert (counts["exact_copies"], counts["leaks"], counts["label_errors"]) == (1, 1, 1)
    assert (checks.records, checks.not_made) == (COUNT, "")
    folder = home.run("run") / "data_checks"
    by_name = {check.name: check for check in checks.checks}
    leaks = read_exclude_list(folder / "leaks.txt")
    assert leaks.digests == {by_name["leaks"].findings[0].records[0].digest}
    errors = read_exclude_list(folder / "label_errors.txt")
    assert by_name["label_errors"].findings[0].records[0].name == "31.jpg"
    assert len(errors.digests) == 1
    copies = read_exclude_list(folder / "exact_copies.txt")
    assert len(copies.copies) == 1
    assert len(read_exclude_list(folder / "near_copies.txt")) == counts["near_copies"]
    assert "give this file as the\n# param exclude" in (folder / "leaks.txt").read_text()


def test_they_are_made_once(
    home: Home, metrics: RunMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = check_run(home, metrics)

    def again(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(module, "check_records", again)
    assert check_run(home, metrics) == first
    (home.run("run") / "data_checks" / "checks.json").write_text("{")
    with pytest.raises(AssertionError):
        check_run(home, metrics)


def test_records_left_out_are_not_checked(home: Home, metrics: RunMetrics) -> None:
    check_run(home, metrics)
    model = home.models / metrics.model.digest
    (model / "artifact.json").unlink()
    gone = {"split": "train", "shard": "s.tfrecord", "record": 2}
    (model / "excluded.jsonl").write_text(json.dumps(gone) + "\n")
    excluded = ExclusionRecord(digest="e", entries=1, records={"train": 1}, class_counts={})
    checks = check_run(home, replace(metrics, excluded=excluded))
    assert checks.records == COUNT - 1
    assert {check.name: check.count for check in checks.checks}["leaks"] == 0


def test_features_that_are_gone(
    home: Home, metrics: RunMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    path = Path(metrics.features.train.path)
    path.rename(path.with_name("elsewhere"))
    checks = check_run(home, metrics)
    assert checks.not_made == f"the features {path} are gone"
    assert "the records are not checked" in caplog.text
    assert not (home.run("run") / "data_checks").exists()


def test_features_of_an_older_version(home: Home, metrics: RunMetrics) -> None:
    import pyarrow.parquet as pq

    (file,) = Path(metrics.features.train.path).glob("*.parquet")
    pq.write_table(pq.read_table(file).drop_columns(["digest"]), file)
    assert check_run(home, metrics).not_made.startswith("the features lack")
