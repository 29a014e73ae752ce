import math
from dataclasses import asdict
from pathlib import Path

import numpy as np

from support.run_files import METRICS, SWEEP, TEST, write_run
from tasks.evaluation.tally import evaluate
from tasks.storage.paths import Home
from tasks.tracking.content import read_content

RUN = "manual__2026"


def test_has_params_and_metrics_of_every_epoch(tmp_path: Path) -> None:
    content = read_content(write_run(Home(tmp_path), RUN, test=TEST), RUN)
    assert content is not None
    assert content.params["epochs"] == "2"
    assert content.params["network"] == "inception_v1"
    assert ("loss", 1.5, 1) in content.metrics
    assert ("loss", 0.75, 2) in content.metrics
    assert ("final_top1", 0.25, 2) in content.metrics
    assert ("test_top1", 0.6125, 2) in content.metrics
    assert content.tags["graft.run_id"] == RUN
    assert [path.name for path in content.files] == ["metrics.json"]


def test_has_the_strength_of_a_sweep(tmp_path: Path) -> None:
    content = read_content(write_run(Home(tmp_path), RUN, sweep=SWEEP), RUN)
    assert content is not None
    assert {("l2", 0.1, 2), ("cross_validated_top1", 0.75, 2)} <= set(content.metrics)


def test_has_the_figures_of_an_evaluation(tmp_path: Path) -> None:
    found = evaluate(np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]]), np.array([0, 1, 1]))
    changes = {
        "evaluation": asdict(found),
        "test": {**TEST, "evaluation": asdict(found)},
        "calibration": {"temperature": 1.5, "why": "x"},
    }
    content = read_content(write_run(Home(tmp_path), RUN, **changes), RUN)
    assert content is not None
    metrics = {name: value for name, value, _ in content.metrics}
    assert metrics["final_macro_f1"] == metrics["test_macro_f1"] == found.macro_f1
    assert (metrics["final_top1_low"], metrics["final_top1_high"]) == found.interval
    assert metrics["final_calibration_error"] == found.calibration_error
    assert metrics["temperature"] == 1.5
    assert all(epoch == 2 for name, _, epoch in content.metrics if name.startswith("test_"))


def test_a_loss_that_is_no_number_is_left_out(tmp_path: Path) -> None:
    epochs = [{**METRICS["epochs"][0], "loss": None}]
    content = read_content(write_run(Home(tmp_path), RUN, epochs=epochs), RUN)
    assert content is not None
    assert {name for name, _, _ in content.metrics} >= {"top1"}
    assert all(math.isfinite(value) for _, value, _ in content.metrics)
    assert "loss" not in {name for name, _, _ in content.metrics}


def test_the_key_is_the_runs_and_the_digest_the_contents(tmp_path: Path) -> None:
    home = write_run(Home(tmp_path), RUN)
    before = read_content(home, RUN)
    home.report(RUN).write_text("a report")
    after = read_content(home, RUN)
    assert before is not None
    assert after is not None
    assert after.key == before.key
    assert after.digest != before.digest
    other = read_content(write_run(home, "another"), "another")
    assert other is not None
    assert other.key != before.key


def test_long_texts_are_cut(tmp_path: Path) -> None:
    config = {**METRICS["config"], "long": "x" * 9000}
    content = read_content(write_run(Home(tmp_path), RUN, config=config), RUN)
    assert content is not None
    assert len(content.params["long"]) == 5000


def test_a_run_without_metrics_has_none(tmp_path: Path) -> None:
    assert read_content(Home(tmp_path), RUN) is None
