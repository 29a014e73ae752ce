import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.run_files import DATA, TEST
from tasks.datasets.pair import Pair
from tasks.errors import DataError
from tasks.evaluation.record import CalibrationRecord
from tasks.evaluation.tally import evaluate
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.metrics import Metrics, RunMetrics

#: What a run of version 0.1.0 on the sample left, its epochs between the first and the last cut.
OLD = Path(__file__).parent / "metrics_0.1.0.json"


@pytest.fixture
def old() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(OLD.read_text())
    return content


def without(content: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key not in names}


def test_a_file_of_an_older_version_is_read_and_keeps_keys_and_values(
    old: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "metrics.json").write_text(OLD.read_text())
    metrics = RunMetrics.read(tmp_path)
    assert (metrics.top1, metrics.model.digest) == (38 / 60, "56da167cce74466c")
    assert metrics.records == Pair(240, 60)
    assert metrics.features.validation.digest == "bfdd3c546b87d496"
    assert metrics.digests.train["dataset"] == "2de6a7914ab9a73c"
    assert [epoch.epoch for epoch in metrics.epochs] == [1, 10]
    assert metrics.plan.optimizer == "LocalOptimizer"
    written = json.loads(json.dumps(metrics.as_json()))
    assert written == {**old, "network": "inception_v1"}
    assert list(written)[:3] == ["run_id", "model", "top1"]


def test_a_file_of_the_oldest_version(old: dict[str, Any]) -> None:
    """No resumed trainings, no parity check, no number of steps yet."""
    oldest = without(old, "resumed_after_epochs", "parity")
    oldest["plan"] = without(oldest["plan"], "steps_per_epoch")
    metrics = RunMetrics.from_json(oldest)
    assert metrics.parity is None
    assert metrics.resumed_after_epochs == ()
    assert metrics.plan.steps_per_epoch == 0


@pytest.mark.parametrize(
    "parity",
    [
        None,
        {"records": 60, "largest_relative_difference": 3e-5, "tolerance": 1e-4},
        {"left_out": "the engine tensorflow does not run here"},
        {"records": 60, "largest_relative_difference": 3e-5, "reference": "tensorflow"},
    ],
)
def test_parity_is_kept_as_it_is(old: dict[str, Any], parity: dict[str, Any] | None) -> None:
    metrics = RunMetrics.from_json({**old, "parity": parity})
    assert metrics.parity == parity
    assert metrics.as_json()["parity"] == parity


def test_a_model_knows_nothing_of_a_run(old: dict[str, Any]) -> None:
    metrics = Metrics.from_json(without(old, "run_id", "model"))
    assert not {"run_id", "model"} & set(metrics.as_json())
    model = ArtifactRecord(path="/m/abc", digest="abc", reused=True, seconds=0.5)
    run = metrics.of_run("another", model)
    assert (run.run_id, run.model, run.top1) == ("another", model, metrics.top1)
    assert run == RunMetrics.from_json({**old, "run_id": "another", "model": model.as_json()})


def test_the_metrics_of_a_model_are_none_of_a_run(old: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="run_id: Field required"):
        RunMetrics.from_json(without(old, "run_id", "model"))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text[:100], "Unterminated string"),
        (lambda text: text.replace('"loss"', '"lost"', 1), "epochs.0.loss: Field required"),
        (lambda text: text.replace('"validation": 60', '"test": 60'), "records.validation: Field"),
        (lambda text: text.replace('"local[*]"', "{}"), "plan.master: Input should be a valid str"),
        (lambda text: text[:0], "Expecting value"),
    ],
    ids=["cut", "without a field", "other splits", "other type", "empty"],
)
def test_a_file_that_is_damaged_is_one_error_that_names_it(
    tmp_path: Path, spoil: Any, reason: str
) -> None:
    path = tmp_path / "metrics.json"
    path.write_text(spoil(OLD.read_text()))
    with pytest.raises(DataError) as caught:
        RunMetrics.read(tmp_path)
    assert str(caught.value).startswith(f"{path} is damaged or of another version (")
    assert reason in str(caught.value)


def test_test_records_and_data_set_are_kept_where_there_are_some(old: dict[str, Any]) -> None:
    content = {**old, "network": "inception_v1", "test": TEST, "data": DATA}
    metrics = RunMetrics.from_json(content)
    assert metrics.test is not None
    assert (metrics.test.top1, metrics.test.records, metrics.test.features.digest) == (
        0.6125,
        80,
        "t",
    )
    assert metrics.data is not None
    assert metrics.data.counts["skipped"] == 2
    assert json.loads(json.dumps(metrics.as_json())) == content


def test_evaluation_and_calibration_are_kept_where_there_are_some(old: dict[str, Any]) -> None:
    before = RunMetrics.from_json({**old, "test": TEST})
    assert (before.evaluation, before.calibration) == (None, None)
    assert before.test is not None
    assert before.test.evaluation is None
    figures = asdict(evaluate(np.array([[0.9, 0.1], [0.4, 0.6]], np.float32), np.array([0, 0])))
    calibration = asdict(CalibrationRecord(temperature=1.5, why="x", records=40))
    content = {
        **old,
        "test": {**TEST, "evaluation": figures},
        "evaluation": figures,
        "calibration": calibration,
    }
    metrics = RunMetrics.from_json(json.loads(json.dumps(content)))
    assert metrics.evaluation is not None
    assert metrics.test is not None
    assert metrics.evaluation == metrics.test.evaluation
    assert metrics.calibration == CalibrationRecord(temperature=1.5, why="x", records=40)
    written = json.loads(json.dumps(metrics.as_json()))
    assert written == {**json.loads(json.dumps(content)), "network": "inception_v1"}


def test_the_decision_about_the_model_is_kept(old: dict[str, Any]) -> None:
    assert "promotion" not in RunMetrics.from_json(old).as_json()
    figures = {
        "champion": 3,
        "records": 4,
        "correct": 2,
        "champion_correct": 1,
        "only_new": 2,
        "only_champion": 1,
        "p_value": 1.0,
        "about": "",
    }
    decision = {"version": 4, "promoted": True, "why": "x", "comparison": figures}
    content = {**old, "promotion": decision}
    written = json.loads(json.dumps(RunMetrics.from_json(content).as_json()))
    assert written["promotion"] == decision


def test_the_epoch_that_was_kept(old: dict[str, Any]) -> None:
    last = RunMetrics.from_json(old)
    assert last.kept_epoch is None
    assert "kept_epoch" not in last.as_json()
    assert last.epochs_clause() == "2 epochs"
    kept = RunMetrics.from_json({**old, "kept_epoch": 1})
    assert kept.as_json()["kept_epoch"] == 1
    assert kept.epochs_clause() == "epoch 1 of 2"
