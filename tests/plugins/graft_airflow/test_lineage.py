from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graft_airflow.lineage import model_facts, step_lineage
from graft_airflow.run import Run, current_run
from tasks.datasets.pair import Pair
from tasks.runs.metrics import Measurement, RunMetrics
from tasks.runs.outcome import write_metrics
from tasks.runs.promotion_record import PromotionRecord
from tasks.runs.record import record_failure, record_step
from tasks.storage.paths import Home

MODEL = {
    "digest": "abc",
    "network": "inception_v1",
    "top1": 0.58,
    "classes": 2,
    "records": {"train": 8, "validation": 4},
    "feature_engine": "bigdl",
    "finished_at": "2026-01-02T03:05:00+00:00",
}


@pytest.fixture
def run(home: Home, in_run: Callable[..., Any], metrics: RunMetrics) -> Run:
    """A run whose training has ended."""
    run = current_run(in_run(source="urls", dataset_url="https://me:s3cret@example.org/a.zip"))
    write_metrics(home, run.run_id, metrics)
    features = {split: each.as_json() for split, each in metrics.features.items()}
    facts = {"path": "/models/abc", "digest": "abc", "seconds": 9.0, "features": features}
    record_step(home, run.run_id, "train_classifier", facts)
    return run


def decide(run: Run, metrics: RunMetrics, *, promoted: bool) -> None:
    record = PromotionRecord(version=4, promoted=promoted, why="it is better")
    write_metrics(run.home, run.run_id, replace(metrics, promotion=record))
    record_step(run.home, run.run_id, "promote_model", {"path": "/registry/flowers"})


def test_training_writes_features_and_a_model(run: Run) -> None:
    *features, model = step_lineage(run, "train_classifier").outputs
    root = run.home.root
    assert [(f.name.name, f.version, f.location, f.rows) for f in features] == [
        (f"{root}/features/flowers/train", "train", "/train", 8),
        (f"{root}/features/flowers/validation", "validation", "/validation", 4),
    ]
    assert model.name.name == f"{root}/models/flowers"
    assert (model.version, model.location, model.is_model) == ("abc", "/models/abc", True)
    assert model.facts == {"graft_model": MODEL}


def test_an_export_has_the_facts_of_its_model(run: Run) -> None:
    record_step(run.home, run.run_id, "export_model", {"path": "/exports/e", "digest": "e"})
    (export,) = step_lineage(run, "export_model").outputs
    assert (export.version, export.facts) == ("e", {"graft_model": MODEL})


def test_the_test_records_count_where_there_are_some(metrics: RunMetrics) -> None:
    measured = Measurement(top1=0.5, records=9, features=metrics.features.train)
    assert model_facts(replace(metrics, test=measured))["test_top1"] == 0.5


class TestPromotion:
    def test_writes_a_version_of_the_asset(self, run: Run, metrics: RunMetrics) -> None:
        decide(run, metrics, promoted=True)
        lineage = step_lineage(run, "promote_model")
        (champion,) = lineage.outputs
        assert champion.name.name == f"{run.home.root}/registry/flowers"
        assert (champion.version, champion.location) == ("4", "/models/abc")
        assert champion.facts == {"graft_model": {"version": 4, **MODEL}}
        assert lineage.facts["graft_promotion"]["promoted"]

    def test_that_is_refused_writes_nothing_and_is_told(
        self, run: Run, metrics: RunMetrics
    ) -> None:
        decide(run, metrics, promoted=False)
        lineage = step_lineage(run, "promote_model")
        assert lineage.outputs == ()
        assert lineage.facts["graft_promotion"] == {
            "version": 4,
            "promoted": False,
            "why": "it is better",
            "comparison": None,
        }


class TestNothingIsWritten:
    def test_by_a_run_that_is_skipped_because_its_model_exists(self, run: Run) -> None:
        facts = {"path": "/models/abc", "digest": "abc", "unchanged": True}
        record_step(run.home, run.run_id, "train_classifier", facts)
        assert step_lineage(run, "train_classifier").outputs == ()

    def test_by_a_step_that_failed(self, run: Run) -> None:
        record_failure(run.home, run.run_id, "export_model", "no room")
        lineage = step_lineage(run, "export_model")
        assert lineage.outputs == ()
        assert [each.name.name for each in lineage.inputs] == [
            f"{run.home.root}/models/flowers",
            f"{run.home.root}/dumps/flowers/validation",
        ]

    def test_by_a_report(self, run: Run) -> None:
        record_step(run.home, run.run_id, "report", {"path": "/runs/r/report.html"})
        assert step_lineage(run, "report").outputs == ()


def test_extraction_writes_records(run: Run, dataset: Path) -> None:
    record_step(run.home, run.run_id, "extract_dataset", {"path": str(dataset), "digest": "d"})
    (records,) = step_lineage(run, "extract_dataset").outputs
    about = records.facts["graft_dataset"]
    assert records.rows == sum(about["records"].values()) > 0
    assert set(about["records"]) == set(dict(Pair(1, 2).items()))
    assert about["layout"] == "tfrecord"


def test_params_have_no_secrets(run: Run) -> None:
    assert step_lineage(run, "report").params["dataset_url"] == "https://***@example.org/a.zip"


def test_facts_of_the_run(run: Run) -> None:
    lineage = step_lineage(run, "train_classifier")
    ours = {"pipeline": "flowers", "run_id": run.run_id, "reused": False, "seconds": 9.0}
    assert lineage.facts["graft_run"] == ours
