import logging
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.evaluation.interval import accuracy_text
from tasks.evaluation.record import CalibrationRecord
from tasks.evaluation.tally import evaluate
from tasks.registry.score import Score
from tasks.report import runs as module
from tasks.report.runs import compare, read_runs
from tasks.runs.record import TASK_IDS, WITHOUT_ARTIFACT, record_step
from tasks.storage.paths import Home

Run = Callable[..., Home]


def at(home: Home, run_id: str, seconds: float) -> None:
    os.utime(home.run(run_id) / "metrics.json", (seconds, seconds))


def params(**changes: Any) -> dict[str, Any]:
    url = "https://example.org/data/flowers.tar.gz?***"
    common = {"dataset_url": url, "feature_engine": "auto", "batch_size": 5, "epochs": 7}
    return {**common, **changes}


class TestRead:
    def test_a_run_of_the_dag(self, write_run: Run, run_metrics: dict[str, Any]) -> None:
        # Params may say auto; the metrics say which engine ran.
        home = write_run("a", config={**run_metrics["config"], "feature_engine": "tensorflow"})
        facts = {"path": "/m", "reused": True, "seconds": 10.0, "params": params()}
        record_step(home, "a", "train_classifier", facts)
        record_step(home, "a", "report", {"path": "/r", "reused": False, "seconds": 100.0})
        at(home, "a", 0)
        (row,) = read_runs(home)
        assert (row.name, row.run_id, row.ended) == ("a", "a", "1970-01-01 00:00")
        assert (row.data, row.dataset) == ("flowers.tar.gz da7a", "da7a")
        assert (row.network, row.engine) == ("inception_v1", "tensorflow")
        # The batch is the plan's: it may have been rounded up.
        assert (row.batch_size, row.epochs) == (16, 7)
        assert (row.score, row.test, row.model) == (Score(1, 4), None, "m0de1")
        assert row.seconds == pytest.approx(1.5 * (len(TASK_IDS) - len(WITHOUT_ARTIFACT) - 1) + 10)
        assert row.reused == ("dump_train", "train_classifier")
        assert not row.has_report

    def test_the_sample(self, write_run: Run) -> None:
        home = write_run("a")
        given = {"source": "sample", "feature_engine": "bigdl", "epochs": 7}
        facts = {"path": "/m", "reused": True, "seconds": 10.0, "params": given}
        record_step(home, "a", "train_classifier", facts)
        (row,) = read_runs(home)
        assert row.data == "sample da7a"

    def test_a_job_submitted_by_hand(self, write_run: Run) -> None:
        home = write_run("a")
        for path in (home.run("a") / "steps").iterdir():
            path.unlink()
        (row,) = read_runs(home)
        assert (row.data, row.engine, row.seconds) == ("da7a", "bigdl", 12.5)
        assert row.network == "inception_v1"

    def test_the_network_of_the_dump_is_in_the_metrics(self, write_run: Run) -> None:
        home = write_run("a", network="vgg_16")
        (row,) = read_runs(home)
        assert row.network == "vgg_16"

    def test_the_oldest_comes_first_and_the_newest_are_kept(
        self, write_run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for run_id in ("b", "a", "c"):
            home = write_run(run_id)
        for seconds, run_id in enumerate(("c", "a", "b")):
            at(home, run_id, seconds)
        assert [row.name for row in read_runs(home)] == ["c", "a", "b"]
        monkeypatch.setattr(module, "MOST_RUNS", 2)
        assert [row.name for row in read_runs(home)] == ["a", "b"]

    @pytest.mark.parametrize("content", ["{", "[]", "{}", '{"run_id": "x"}', "\udcff"])
    def test_what_cannot_be_read_is_left_out(
        self, write_run: Run, content: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING)
        home = write_run("good")
        write_run("bad")
        (home.run("bad") / "metrics.json").write_bytes(content.encode(errors="surrogateescape"))
        assert [row.name for row in read_runs(home)] == ["good"]
        assert "bad/metrics.json is left out: it cannot be read" in caplog.text

    def test_no_runs(self, tmp_path: Path) -> None:
        assert read_runs(Home(tmp_path)) == []


def test_compare_tells_what_differs_and_what_one_lacks(write_run: Run) -> None:
    config = {"feature_engine": "bigdl", "batch_size": 16, "epochs": 3}
    write_run("a")
    home = write_run("b", top1=0.75, config={**config, "seed": 1})
    first, second = sorted(read_runs(home), key=lambda row: row.name)
    found = {d.name: (d.first, d.second) for d in compare(first, second) if d.differs}
    assert found == {
        "top-1 accuracy": ("0.2500 (95 %: 0.046 to 0.699)", "0.7500 (95 %: 0.301 to 0.954)"),
        "learning_rate": (0.001, None),
        "epochs": (2, 3),
        "seed": (None, 1),
    }


def test_figures_of_an_evaluation_are_compared_where_they_are_recorded(write_run: Run) -> None:
    probability = np.random.default_rng(1).dirichlet(np.ones(6), 4).astype(np.float32)
    evaluation = evaluate(probability, np.arange(4))
    write_run("a")
    calibration = CalibrationRecord(temperature=1.5, why="x")
    home = write_run("b", evaluation=asdict(evaluation), calibration=asdict(calibration))
    first, second = sorted(read_runs(home), key=lambda row: row.name)
    found = {d.name: (d.first, d.second) for d in compare(first, second) if d.differs}
    assert evaluation.top5 is not None
    assert found == {
        "top-5 accuracy": (None, accuracy_text(evaluation.top5, 4)),
        "macro F1": (None, round(evaluation.macro_f1, 4)),
        "balanced accuracy": (None, round(evaluation.balanced_accuracy, 4)),
        "expected calibration error": (None, round(evaluation.calibration_error, 4)),
        "temperature": (None, 1.5),
    }
