import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.reusable_models import write_dumps, write_model
from tasks.dumps.engine_choice import engine_of_dump
from tasks.runs.exclusion_record import ExclusionRecord
from tasks.runs.metrics import RunMetrics
from tasks.storage.artifact import LocalArtifact
from tasks.storage.paths import Home
from tasks.training.result import log_result, metrics_of_run


@pytest.fixture
def metrics(tmp_path: Path, run_metrics: dict[str, Any]) -> RunMetrics:
    """Metrics of a run that reused a model."""
    home = Home(tmp_path)
    write_dumps(home)
    write_model(home, run_metrics, "abc")
    model = LocalArtifact(home.models / "abc", "abc", reused=True, seconds=0.5)
    engine = engine_of_dump("auto", home.dumps / "dump-train")
    return metrics_of_run(model, engine, home, "manual__2026")


def test_the_run_has_its_own_model_and_engine(metrics: RunMetrics) -> None:
    assert (metrics.run_id, metrics.top1) == ("manual__2026", 0.5)
    assert (metrics.model.digest, metrics.model.reused, metrics.model.seconds) == ("abc", True, 0.5)
    assert metrics.engine is not None
    assert metrics.engine.name == "bigdl"


def test_the_data_set_need_not_be_there(metrics: RunMetrics) -> None:
    assert metrics.data is None


def test_the_log_tells_accuracy_and_model(
    metrics: RunMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        log_result(metrics)
    (line,) = caplog.messages
    assert line.startswith("top-1 accuracy 0.5000")
    assert line.endswith(f"model, metrics and predictions in {metrics.model.path}")


def test_the_log_tells_what_was_left_out(
    metrics: RunMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    excluded = ExclusionRecord(
        digest="e1",
        entries=3,
        records={"train": 1, "validation": 1},
        class_counts={"train": (3, 4), "validation": (2, 2)},
        unknown_count=1,
        unknown=("nobody.jpg",),
    )
    with caplog.at_level(logging.INFO):
        log_result(replace(metrics, excluded=excluded))
    assert caplog.messages[0] == excluded.sentence()
    assert "nobody.jpg" in caplog.messages[1]
