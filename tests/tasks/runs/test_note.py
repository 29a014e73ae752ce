from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.run_files import DATA, EXCLUDED, TEST
from tasks.evaluation.record import CalibrationRecord
from tasks.evaluation.tally import evaluate
from tasks.params.definitions import RunParams
from tasks.runs.metrics import RunMetrics
from tasks.runs.note import run_note
from tasks.runs.outcome import write_metrics
from tasks.runs.promotion_record import PromotionRecord
from tasks.runs.record import record_failure, record_step
from tasks.storage.paths import Home

RUN = "manual__2026"
FLOWERS = {
    "top1": 0.63333,
    "records": {"train": 3320, "validation": 350},
    "class_names": ["daisy", "rose"],
}

Train = Callable[..., None]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def train(home: Home, run_metrics: dict[str, Any]) -> Train:
    """Records a whole run."""

    def train(**params: Any) -> None:
        shown = RunParams().model_dump(mode="json")
        facts = {"reused": False, "params": {**shown, **params}}
        record_step(home, RUN, "download_dataset", {"reused": True})
        record_step(home, RUN, "extract_dataset", {"reused": True})
        record_step(home, RUN, "dump_train", {"reused": False})
        record_step(home, RUN, "train_classifier", facts)
        record_step(home, RUN, "report", {"reused": False})
        write_metrics(home, RUN, RunMetrics.from_json({**run_metrics, **FLOWERS}))

    return train


def test_of_a_training(home: Home, train: Train) -> None:
    train()
    assert run_note(home, RUN) == (
        "**Top-1 accuracy 0.6333 (95 %: 0.582 to 0.682)** after 2 epochs on `flowers.tar.gz` "
        "(3,320 train and 350 validation records of 2 classes), features of inception_v1 by the "
        "engine bigdl.\n\n"
        "Reused: download_dataset, extract_dataset. Made: dump_train, train_classifier."
    )


def test_of_a_training_whose_engine_has_a_reason(
    home: Home, train: Train, run_metrics: dict[str, Any]
) -> None:
    train()
    engine = {"name": "tensorflow", "reason": "no *Mul*"}
    write_metrics(home, RUN, RunMetrics.from_json({**run_metrics, **FLOWERS, "engine": engine}))
    assert " by the engine tensorflow (`no *Mul*`).\n" in run_note(home, RUN)


def test_of_a_training_on_data_with_a_test_split_and_warnings(
    home: Home, train: Train, run_metrics: dict[str, Any]
) -> None:
    train()
    data = {**DATA, "warnings": [*DATA["warnings"], "b", "c\nd", "e"]}
    content = {**run_metrics, **FLOWERS, "test": TEST, "data": data}
    write_metrics(home, RUN, RunMetrics.from_json(content))
    note = run_note(home, RUN)
    assert (
        " by the engine bigdl. On 80 test records, measured once: **0.6125 (95 %: 0.503 to "
        "0.712)**.\n\n"
        "**Data set**: read as folder, 14 pictures; 1 picture stored anew as JPEG; 2 pictures "
        "skipped; 4 warnings.\n- ``2 pictures cannot be used: 'a`<b>.jpg'``\n- `b`\n- `c\\nd`\n"
        "- and 1 more in the report\n\nReused: "
    ) in note


def test_of_the_sample(home: Home, train: Train) -> None:
    train(source="sample")
    assert " on the bundled sample (3,320 train" in run_note(home, RUN)


def test_of_a_failure(home: Home) -> None:
    record_step(home, RUN, "download_dataset", {"reused": False})
    record_failure(home, RUN, "extract_dataset", "labels.txt is empty")
    assert run_note(home, RUN) == (
        "**extract_dataset failed**: `labels.txt is empty`\n\nMade: download_dataset."
    )


def test_of_a_param_that_two_steps_refused(home: Home) -> None:
    for task_id in ("download_dataset", "fetch_checkpoint"):
        record_failure(home, RUN, task_id, "epochs is 0")
    assert run_note(home, RUN) == "**download_dataset, fetch_checkpoint failed**: `epochs is 0`"


def test_of_a_step_that_could_not_say_why(home: Home) -> None:
    record_failure(home, RUN, "dump_train", "no room left")
    assert run_note(home, RUN, ["dump_train", "dump_validation"]) == (
        "**dump_train failed**: `no room left`\n\n**dump_validation failed**: `it was killed, or "
        "marked so; see its log`"
    )


def test_of_a_run_that_was_cleared_and_failed(home: Home, train: Train) -> None:
    """What an earlier try of later steps left says nothing of this one."""
    train()
    note = run_note(home, RUN, ["extract_dataset"])
    assert note.startswith("**extract_dataset failed**: ")
    assert "accuracy" not in note


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("no *.ckpt or *.ckpt.index", "`no *.ckpt or *.ckpt.index`"),
        ("driver_memory is '![x](http://evil/x.png) <b>'", None),
        ("a `b` c", "``a `b` c``"),
        ("`b`", "`` `b` ``"),
        ("two\n\nlines", "`two lines`"),
    ],
)
def test_what_comes_from_outside_is_no_markdown(
    home: Home, message: str, shown: str | None
) -> None:
    record_failure(home, RUN, "download_dataset", message)
    assert run_note(home, RUN) == f"**download_dataset failed**: {shown or f'`{message}`'}"


def test_of_an_evaluation(home: Home, train: Train, run_metrics: dict[str, Any]) -> None:
    train()
    evaluation = evaluate(np.array([[0.9, 0.1], [0.4, 0.6]], np.float32), np.array([0, 1]))
    calibration = CalibrationRecord(temperature=1.5, why="as chosen", records=40)
    changes = {"evaluation": asdict(evaluation), "calibration": asdict(calibration), "test": TEST}
    write_metrics(home, RUN, RunMetrics.from_json({**run_metrics, **FLOWERS, **changes}))
    assert (
        " by the engine bigdl. Macro F1 1.0000, balanced accuracy 1.0000. Expected calibration "
        "error 0.2500; temperature 1.5, as chosen. On 80 test records"
    ) in run_note(home, RUN)


@pytest.mark.parametrize(
    ("records", "said"), [({}, "0.5000"), ({"records": 4}, "0.5000 (95 %: 0.150 to 0.850)")]
)
def test_of_unchanged_inputs(home: Home, records: dict[str, int], said: str) -> None:
    """Older versions recorded no number of records."""
    recorded = {"digest": "abc", "finished_at": "2026-01-02", "top1": 0.5, "unchanged": True}
    facts = {**recorded, **records}
    record_step(home, RUN, "download_dataset", {"reused": True})
    record_step(home, RUN, "train_classifier", {**facts, "reused": True})
    assert run_note(home, RUN) == (
        "**Nothing to train**: data set, checkpoint and params are those of the model `abc` of "
        f"2026-01-02, top-1 accuracy {said}.\n\nReused: download_dataset, train_classifier."
    )


def test_of_a_run_that_left_nothing(home: Home) -> None:
    assert run_note(home, RUN) == ""


@pytest.mark.parametrize(("promoted", "word"), [(True, "Promoted"), (False, "Not promoted")])
def test_of_a_decision_about_the_model(
    home: Home, train: Train, run_metrics: dict[str, Any], promoted: bool, word: str
) -> None:
    train()
    record = PromotionRecord(version=4, promoted=promoted, why="as_good `as` <b>3")
    metrics = RunMetrics.from_json({**run_metrics, **FLOWERS})
    write_metrics(home, RUN, replace(metrics, promotion=record))
    record_step(home, RUN, "promote_model", {"reused": False})
    paragraphs = run_note(home, RUN).split("\n\n")
    assert paragraphs[1] == f"**{word}**: version 4, ``as_good `as` <b>3``."
    assert paragraphs[2].endswith("Made: dump_train, train_classifier.")


def test_of_records_left_out(home: Home, train: Train, run_metrics: dict[str, Any]) -> None:
    train()
    excluded = {**EXCLUDED, "records": {"train": 2, "validation": 1}, "unknown": ["a`b.jpg"]}
    write_metrics(home, RUN, RunMetrics.from_json({**run_metrics, "excluded": excluded}))
    note = run_note(home, RUN)
    assert "**Exclude**: 2 train and 1 validation records were left out, by a list of 3 en" in note
    assert "- ``1 entry of exclude names no record: 'a`b.jpg'``" in note
