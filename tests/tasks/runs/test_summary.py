from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.run_files import DATA, EXCLUDED, SWEEP, TEST
from tasks.errors import DataError
from tasks.evaluation.record import CalibrationRecord
from tasks.evaluation.tally import evaluate
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import write_metrics
from tasks.runs.record import TASK_IDS, record_step
from tasks.runs.summary import summary
from tasks.storage.paths import Home

RUN = "manual__2026"
EPOCHS = (
    {"epoch": 1, "loss": 1.23456, "correct": 175, "records": 3086, "seconds": 0.25},
    {"epoch": 2, "loss": 0.5, "correct": 203, "records": 5000, "seconds": 0.25},
)

Write = Callable[..., None]


@pytest.fixture
def write(run_metrics: dict[str, Any], tmp_path: Path) -> Write:
    """Writes the metrics of a run on flowers."""

    def write(*, reused: bool = False, **changes: Any) -> None:
        rest = {"iteration": 1, "total": 3320, "count": 350, "wall_clock_seconds": 0.5}
        content = {
            **run_metrics,
            "top1": 0.58,
            "epochs": [{**epoch, **rest} for epoch in EPOCHS],
            "records": {"train": 3320, "validation": 350},
            "model": {**run_metrics["model"], "path": "/work/models/abc", "reused": reused},
            "parity": {"records": 64, "largest_relative_difference": 3.21e-6, "tolerance": 1e-4},
            **changes,
        }
        write_metrics(Home(tmp_path), RUN, RunMetrics.from_json(content))

    return write


def record(home: Home, task_id: str, **facts: Any) -> None:
    common = {"seconds": 1.25, "reused": False, "path": f"/work/{task_id}"}
    record_step(home, RUN, task_id, {**common, **facts})


FEATURES = {
    "train": {"seconds": 40.0, "reused": False, "path": "/work/features/a", "digest": "a"},
    "validation": {"seconds": 4.0, "reused": True, "path": "/work/features/b", "digest": "b"},
}


def words(lines: list[str]) -> list[str]:
    return [" ".join(line.split()) for line in lines]


def test_a_whole_run(tmp_path: Path, write: Write) -> None:
    home = Home(tmp_path)
    for task_id in TASK_IDS:
        record(home, task_id, reused=task_id == "dump_train")
    record(home, "train_classifier", features=FEATURES)
    write()
    assert words(summary(home, RUN)) == [
        "Run manual__2026",
        "",
        "step seconds artefact",
        "download_dataset 1.2 made /work/download_dataset",
        "extract_dataset 1.2 made /work/extract_dataset",
        "fetch_checkpoint 1.2 made /work/fetch_checkpoint",
        "dump_train 1.2 reused /work/dump_train",
        "dump_validation 1.2 made /work/dump_validation",
        "train_classifier 1.2 made /work/train_classifier",
        "features, train 40.0 made /work/features/a",
        "features, validation 4.0 reused /work/features/b",
        "export_model 1.2 made /work/export_model",
        "report 1.2 made /work/report",
        "promote_model 1.2 made /work/promote_model",
        "",
        "epoch loss top-1 95 % records/s",
        "1 1.2346 0.5000 0.448 to 0.552 12,344",
        "2 0.5000 0.5800 0.528 to 0.631 20,000",
        "",
        "top-1 accuracy 0.5800 (95 %: 0.528 to 0.631) on 350 validation records, trained on 3,320",
        "features by the engine bigdl; both engines agree on 64 records to 3.2e-06",
        "head /work/models/abc/head.npz (NumPy), /work/models/abc/head.bigdl (BigDL)",
        "predictions /work/models/abc/predictions.parquet",
        "metrics /work/models/abc/metrics.json",
        "export /work/export_model/1 (TensorFlow SavedModel), /work/export_model/README.md "
        "(model card)",
        f"run {tmp_path}/runs/manual__2026",
    ]


def test_the_epoch_that_was_kept_is_marked(tmp_path: Path, write: Write) -> None:
    write(kept_epoch=1)
    lines = words(summary(Home(tmp_path), RUN))
    assert "1 1.2346 0.5000 0.448 to 0.552 12,344 kept" in lines
    assert "2 0.5000 0.5800 0.528 to 0.631 20,000" in lines


def test_a_training_to_the_optimum_has_its_penalty_and_a_few_of_its_epochs(
    tmp_path: Path, write: Write, run_metrics: dict[str, Any]
) -> None:
    epochs = [{**run_metrics["epochs"][0], "epoch": number} for number in range(1, 48)]
    write(sweep=SWEEP, epochs=epochs)
    lines = words(summary(Home(tmp_path), RUN))
    assert (
        "penalty l2 0.1 on standardised features (the lowest cross-validated log loss); top-1 "
        "0.7500 there" in lines
    )
    shown = [int(line.split()[0]) for line in lines if "1.5000 " in line]
    assert shown == [*range(3, 46, 3), 47]


def test_test_records_and_the_data_set_have_a_line_each(tmp_path: Path, write: Write) -> None:
    home = Home(tmp_path)
    record(home, "train_classifier", features=FEATURES)
    write(test=TEST, data=DATA)
    lines = words(summary(home, RUN))
    assert "features, test 2.5 made /features/t" in lines
    assert (
        "test top-1 accuracy 0.6125 (95 %: 0.503 to 0.712) on 80 test records, measured once with "
        "the final head"
    ) in lines
    assert not any(line.startswith(("classes ", "confidence ")) for line in lines)
    assert (
        "data read as folder, 14 pictures; 1 picture stored anew as JPEG; 2 pictures skipped; "
        "1 warning"
    ) in lines


def test_an_evaluation_has_two_lines(tmp_path: Path, write: Write) -> None:
    evaluation = evaluate(np.array([[0.9, 0.1], [0.4, 0.6]], np.float32), np.array([0, 1]))
    calibration = CalibrationRecord(temperature=1.5, why="as chosen", records=40)
    write(evaluation=asdict(evaluation), calibration=asdict(calibration))
    lines = words(summary(Home(tmp_path), RUN))
    assert "classes macro F1 1.0000, balanced accuracy 1.0000" in lines
    assert "confidence expected calibration error 0.2500; temperature 1.5, as chosen" in lines


def test_a_reused_model_says_whose_figures_they_are(tmp_path: Path, write: Write) -> None:
    home = Home(tmp_path)
    record(home, "train_classifier", reused=True, features=FEATURES)
    write(reused=True)
    lines = summary(home, RUN)
    assert any(line.endswith("(of the training that made the reused model)") for line in lines)
    assert not any("features, " in line for line in lines)


@pytest.mark.parametrize(
    ("parity", "said"),
    [
        (None, "the feature engine was not compared with another one"),
        (
            {"left_out": "tensorflow does not run here"},
            "the feature engine was not compared with another one: tensorflow does not run here",
        ),
    ],
)
def test_features_that_were_not_compared(
    tmp_path: Path, write: Write, parity: dict[str, str] | None, said: str
) -> None:
    write(parity=parity)
    assert f"features by the engine bigdl; {said}" in words(summary(Home(tmp_path), RUN))


def test_metrics_that_are_damaged(tmp_path: Path, write: Write) -> None:
    write()
    (Home(tmp_path).run(RUN) / "metrics.json").write_text("{")
    with pytest.raises(DataError, match=r"metrics\.json is damaged"):
        summary(Home(tmp_path), RUN)


def test_a_run_that_broke_off(tmp_path: Path) -> None:
    home = Home(tmp_path)
    record(home, "download_dataset")
    lines = words(summary(home, RUN))
    assert "download_dataset 1.2 made /work/download_dataset" in lines
    assert "No metrics: the run did not reach its end." in lines
    assert lines[-1] == f"run {tmp_path}/runs/manual__2026"


def test_a_run_that_did_nothing(tmp_path: Path) -> None:
    assert len(summary(Home(tmp_path), RUN)) == 6


def test_the_decision_about_the_model(tmp_path: Path, write: Write) -> None:
    write(promotion={"version": 4, "promoted": False, "why": "0.5 against 0.6 of version 3"})
    lines = words(summary(Home(tmp_path), RUN))
    assert "not promoted: version 4, 0.5 against 0.6 of version 3" in lines


def test_records_that_were_left_out(tmp_path: Path, write: Write) -> None:
    excluded = {**EXCLUDED, "records": {"train": 2, "validation": 1}}
    write(excluded=excluded)
    lines = words(summary(Home(tmp_path), RUN))
    assert "exclude 2 train and 1 validation records were left out, by a list of 3 entries" in lines
    assert "1 entry of exclude names no record: 'gone.jpg'" in lines
