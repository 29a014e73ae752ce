"""The folder of a data set: whole or not there, and never one that is not ours."""

from pathlib import Path
from typing import Any

import pytest

from support.sources import FILES, write_folder
from tasks.conversion.destination import Destination
from tasks.conversion.store import PictureStore
from tasks.datasets.recognise import UNFINISHED
from tasks.errors import DataError, ParamsError, StorageError
from tasks.storage.locations import RemotePath


def begun(store: PictureStore, path: Path) -> Destination:
    destination = Destination(store, path)
    destination.begin()
    write_folder(destination.work, {"labels.txt": b"0:a\n"})  # type: ignore[arg-type]  # is local
    return destination


def test_it_has_its_name_only_when_it_is_whole(store: PictureStore, tmp_path: Path) -> None:
    destination = begun(store, tmp_path / "new" / "made")
    assert not (tmp_path / "new" / "made").exists()
    destination.commit()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["made"]
    assert [path.name for path in (tmp_path / "new" / "made").iterdir()] == ["labels.txt"]


def test_what_a_killed_call_left_is_made_anew(store: PictureStore, tmp_path: Path) -> None:
    """Before it was renamed, and while an object store renamed it."""
    write_folder(tmp_path / ".made.graft", {UNFINISHED: b"", "spills/x": b"old"})
    write_folder(tmp_path / "made", {UNFINISHED: b"", "old.tfrecord": b""})
    begun(store, tmp_path / "made").commit()
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["labels.txt"]


def test_half_a_data_set_is_no_source(by_spark: Any, here: Any, tmp_path: Path) -> None:
    half = write_folder(tmp_path / "half", {**FILES, UNFINISHED: b""})
    for convert in (by_spark, here):
        with pytest.raises(DataError, match="is a data set that graft convert has not finished"):
            convert(half, tmp_path / "made")


def test_of_two_at_once_the_first_ends(store: PictureStore, tmp_path: Path) -> None:
    first = begun(store, tmp_path / "made")
    second = begun(store, tmp_path / "made")
    with pytest.raises(StorageError, match="another graft convert has begun to write"):
        first.commit()
    second.commit()


def test_a_file_is_no_destination(store: PictureStore, tmp_path: Path) -> None:
    (tmp_path / "made").write_text("mine")
    with pytest.raises(ParamsError, match="is there already and not empty"):
        Destination(store, tmp_path / "made")


def test_what_came_there_meanwhile_stays(store: PictureStore, tmp_path: Path) -> None:
    destination = begun(store, tmp_path / "made")
    write_folder(tmp_path / "made", {"mine.txt": b"precious"})
    with pytest.raises(ParamsError, match="is there already and not empty"):
        destination.commit()
    assert (tmp_path / "made" / "mine.txt").read_bytes() == b"precious"


def test_a_whole_bucket_is_no_destination(store: PictureStore) -> None:
    with pytest.raises(ParamsError, match="s3a://bucket is a whole file system, expected a folder"):
        Destination(store, RemotePath("s3a://bucket"))


def test_an_empty_folder_is_one(store: PictureStore, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    begun(store, tmp_path / "made").commit()
    assert (tmp_path / "made" / "labels.txt").exists()
