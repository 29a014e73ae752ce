from pathlib import Path
from typing import Any

from tasks.runs.outcome import write_metrics
from tasks.runs.record import TASK_IDS, record_step
from tasks.runs.summary import summary
from tasks.storage.paths import Home

RUN = "manual__2026"
EPOCHS = [
    {"epoch": 1, "loss": 1.23456, "top1": 0.5, "records_per_second": 12345.6},
    {"epoch": 2, "loss": 0.5, "top1": 0.58, "records_per_second": 20000.0},
]


def record(home: Home, task_id: str, **facts: Any) -> None:
    common = {"seconds": 1.25, "reused": False, "path": f"/work/{task_id}"}
    record_step(home, RUN, task_id, {**common, **facts})


def metrics(*, reused: bool = False) -> dict[str, Any]:
    return {
        "top1": 0.58,
        "epochs": EPOCHS,
        "records": {"train": 3320, "validation": 350},
        "model": {"path": "/work/models/abc", "reused": reused},
        "config": {"feature_engine": "bigdl"},
        "parity": {"records": 64, "largest_relative_difference": 3.21e-6, "tolerance": 1e-4},
    }


FEATURES = {
    "train": {"seconds": 40.0, "reused": False, "path": "/work/features/a"},
    "validation": {"seconds": 4.0, "reused": True, "path": "/work/features/b"},
}


def words(lines: list[str]) -> list[str]:
    return [" ".join(line.split()) for line in lines]


def test_a_whole_run(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for task_id in TASK_IDS:
        record(home, task_id, reused=task_id == "dump_train")
    record(home, "train_classifier", features=FEATURES)
    write_metrics(home, RUN, metrics())
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
        "report 1.2 made /work/report",
        "",
        "epoch loss top-1 records/s",
        "1 1.2346 0.5000 12,346",
        "2 0.5000 0.5800 20,000",
        "",
        "top-1 accuracy 0.5800 (3,320 train, 350 validation records)",
        "features by the engine bigdl; both engines agree on 64 records to 3.2e-06",
        "head /work/models/abc/head.npz (NumPy), /work/models/abc/head.bigdl (BigDL)",
        "predictions /work/models/abc/predictions.parquet",
        "metrics /work/models/abc/metrics.json",
        f"run {tmp_path}/runs/manual__2026",
    ]


def test_a_reused_model_says_whose_figures_they_are(tmp_path: Path) -> None:
    home = Home(tmp_path)
    record(home, "train_classifier", reused=True, features=FEATURES)
    write_metrics(home, RUN, metrics(reused=True))
    lines = summary(home, RUN)
    assert any(line.endswith("(of the training that made the reused model)") for line in lines)
    assert not any("features, " in line for line in lines)


def test_features_that_were_not_compared(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_metrics(home, RUN, {**metrics(), "parity": None})
    assert "features by the engine bigdl, not compared with another engine's" in words(
        summary(home, RUN)
    )


def test_a_check_of_parity_that_was_left_out_says_why(tmp_path: Path) -> None:
    home = Home(tmp_path)
    left_out = {"left_out": "the bigdl engine cannot run node x"}
    write_metrics(home, RUN, {**metrics(), "parity": left_out})
    assert (
        "features by the engine bigdl, not compared with another engine's: "
        "the bigdl engine cannot run node x"
    ) in words(summary(home, RUN))


def test_a_run_that_broke_off(tmp_path: Path) -> None:
    home = Home(tmp_path)
    record(home, "download_dataset")
    lines = words(summary(home, RUN))
    assert "download_dataset 1.2 made /work/download_dataset" in lines
    assert "No metrics: the run did not get to its end." in lines
    assert lines[-1] == f"run {tmp_path}/runs/manual__2026"


def test_a_run_that_did_nothing(tmp_path: Path) -> None:
    assert len(summary(Home(tmp_path), RUN)) == 6
