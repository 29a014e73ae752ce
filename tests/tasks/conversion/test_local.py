"""The conversion on one machine."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.sources import FILES, write_folder, write_zip
from tasks.datasets.dataset import read_dataset
from tasks.errors import DataError, ParamsError


def test_an_archive_becomes_a_data_set(here: Any, tmp_path: Path) -> None:
    told = here(write_zip(tmp_path / "a.zip", FILES), tmp_path / "new" / "made")
    made = tmp_path / "new" / "made"
    assert json.loads((made / "dataset.json").read_text()) == told
    dataset = read_dataset(made)
    assert sum(split.records for split in dataset.splits.values()) == len(FILES)
    assert {path.parent for split in dataset.splits.values() for path in paths(split)} == {made}
    assert [path.name for path in made.parent.iterdir()] == ["made"]


def paths(split: Any) -> list[Path]:
    return [shard.path for shard in split.shards]


def test_what_was_left_out_is_listed(here: Any, tmp_path: Path) -> None:
    source = write_folder(tmp_path / "in", {**FILES, "rose/bad.jpg": b""})
    here(source, tmp_path / "made", bad_pictures="skip", max_bad=0.5)
    line = json.loads((tmp_path / "made" / "skipped.jsonl").read_text())
    assert line == {"name": "rose/bad.jpg", "reason": "is empty, expected a picture"}


def test_nothing_is_left_of_a_failure_and_of_a_killed_call(here: Any, tmp_path: Path) -> None:
    write_folder(tmp_path / ".made.graft", {"datasets/half": b""})
    source = write_folder(tmp_path / "in", {**FILES, "rose/bad.jpg": b""})
    with pytest.raises(DataError, match="cannot be used"):
        here(source, tmp_path / "made")
    assert {path.name for path in tmp_path.iterdir()} == {"in", "downloads"}


def test_what_is_there_already_stays(here: Any, tmp_path: Path) -> None:
    write_folder(tmp_path / "made", {"mine.txt": b"precious"})
    with pytest.raises(ParamsError, match="made is there already and not empty: name another"):
        here(write_folder(tmp_path / "in", FILES), tmp_path / "made")


def test_a_url_needs_spark(here: Any, tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="s3a://b/c is not on this machine: give --spark"):
        here(tmp_path, "s3a://b/c")
