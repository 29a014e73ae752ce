"""Records of data sets that ``extract_dataset`` made."""

import json
import logging
from pathlib import Path

import pytest

from support.sources import FILES, write_folder
from tasks.datasets.extract import extract_dataset
from tasks.datasets.options import Options
from tasks.runs import read_data_record as module
from tasks.runs.read_data_record import read_data_record


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A data set with two pictures that were left out, one of a hostile name."""
    bad = {"rose/no\n<b>picture\x1b.jpg": b"\xff\xd8\xff none", "rose/zero.jpg": b""}
    source = write_folder(tmp_path / "pictures", {**FILES, **bad})
    options = Options(bad_pictures="skip", max_bad=0.5)
    return extract_dataset(source, "digest", tmp_path / "datasets", options).path


def test_counts_and_pictures_that_were_left_out(dataset: Path) -> None:
    record = read_data_record(dataset)
    assert record is not None
    assert record.layout == "folder"
    assert (record.counts["read"], record.counts["skipped"]) == (26, 2)
    assert [sum(counts) for counts in zip(*record.class_counts.values(), strict=True)] == [8, 8, 8]
    assert [picture.name for picture in record.skipped] == [
        r"rose/no\n<b>picture\x1b.jpg",
        "rose/zero.jpg",
    ]
    assert all(picture.reason for picture in record.skipped)
    warning, _ = record.warnings
    assert warning.startswith("left out with bad_pictures: skip: 2 of 26 pictures cannot be used")


def test_the_list_of_pictures_is_bounded(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SKIPPED", 1)
    record = read_data_record(dataset)
    assert record is not None
    assert len(record.skipped) == 1
    assert record.counts["skipped"] == 2


def test_a_data_set_that_is_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_data_record(tmp_path / "gone") is None
    assert not caplog.records


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dataset.json", "{"),
        ("skipped.jsonl", "{"),
        ("skipped.jsonl", json.dumps({"name": "a"})),
        ("skipped.jsonl", json.dumps({"name": 1, "reason": "b"})),
    ],
)
def test_one_that_is_damaged_is_a_warning(
    dataset: Path, name: str, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    (dataset / name).write_text(content)
    with caplog.at_level(logging.WARNING):
        assert read_data_record(dataset) is None
    assert "the run has no record of its data set: " in caplog.text
