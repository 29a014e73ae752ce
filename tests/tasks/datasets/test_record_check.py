"""The check of records, alone and within the extraction of an archive."""

import logging
from typing import Any

import pytest

from support.slim_archives import TRAIN_1, Extract, Files, Shard, example
from tasks.datasets import record_check
from tasks.datasets.record_check import RecordCheck
from tasks.errors import DataError


@pytest.fixture
def check() -> RecordCheck:
    """The check of a split of three classes."""
    return RecordCheck("train", 3)


def test_counts_records_by_class(check: RecordCheck) -> None:
    for number, label in enumerate([2, 0, 2, 2]):
        check.check(TRAIN_1, number, example(label))
    assert check.class_counts == [1, 0, 3]
    assert check.total == 4


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"image": None}, "has no feature 'image/encoded'; it has image/class/label, image/f"),
        ({"label": None}, "has no feature 'image/class/label'; it has image/encoded, image/f"),
        ({"image": b""}, r"'image/encoded' holds strings of \[0\] bytes, expected one picture"),
        ({"label": 3}, "'image/class/label' is 3, expected 0 to 2 as in labels.txt"),
        ({"label": -1}, "'image/class/label' is -1, expected 0 to 2"),
        ({"more_labels": [1]}, "'image/class/label' holds 2 integers, expected 1"),
    ],
)
def test_feature(
    extract: Extract,
    files: Files,
    shard: Shard,
    record: dict[str, Any],
    message: str,
) -> None:
    files[TRAIN_1] = shard(example(), example(**record))
    with pytest.raises(DataError, match=f"flowers.tar.gz: {TRAIN_1}: record 1: {message}"):
        extract(files)


def test_not_an_example(extract: Extract, files: Files, shard: Shard) -> None:
    files[TRAIN_1] = shard(example(), b"\xff\xff nonsense")
    with pytest.raises(DataError, match=f"{TRAIN_1}: record 1 is not a tf.train.Example"):
        extract(files)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"\xff\xff nonsense", "record 7 is not a tf.train.Example: "),
        (b"", "record 7: has no feature 'image/encoded'; it has"),
    ],
)
def test_a_bad_record_is_named_and_not_counted(
    check: RecordCheck, payload: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=f"^{TRAIN_1}: {message}"):
        check.check(TRAIN_1, 7, payload)
    assert check.total == 0


def test_progress(
    extract: Extract,
    files: Files,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(record_check, "_PROGRESS_SECONDS", 0)
    caplog.set_level(logging.INFO)
    extract(files)
    assert caplog.messages[0] == "train: checked 1 records"
    assert "train: checked 102 records" in caplog.messages


def test_no_line_before_its_time(check: RecordCheck, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    check.check(TRAIN_1, 0, example(0))
    assert caplog.messages == []
    check.log()
    assert caplog.messages == ["train: checked 1 records"]
