"""The layout told by looking, or by the user."""

from pathlib import Path

import pytest

from support.sources import (
    FILES,
    LABELS,
    csv_list,
    labelled,
    parquet,
    rows_of,
    shard,
    slim_record,
    write_folder,
)
from tasks.datasets.folder_tree import Folder
from tasks.datasets.recognise import recognise
from tasks.errors import DataError
from tasks.params.data import Layout


@pytest.fixture
def everything(tmp_path: Path) -> Folder:
    """A folder that is a data set of every layout."""
    files = {
        **FILES,
        "list.csv": csv_list(rows_of(FILES)),
        "all.parquet": parquet(FILES, tmp_path),
        "all.tfrecord": shard(tmp_path, *labelled(FILES, slim_record)),
        "labels.txt": LABELS,
    }
    return Folder(write_folder(tmp_path / "f", files))


def test_the_user_decides(everything: Folder) -> None:
    layouts: tuple[Layout, ...] = ("folder", "list", "parquet", "tfrecord")
    for layout in layouts:
        assert recognise(everything, layout).layout == layout
    assert recognise(everything).layout == "tfrecord"


def test_the_rarer_kind_goes_first(everything: Folder) -> None:
    for name, next_layout in (
        ("all.tfrecord", "parquet"),
        ("all.parquet", "list"),
        ("list.csv", "folder"),
    ):
        (everything.root / name).unlink()
        assert recognise(everything).layout == next_layout


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("tfrecord", "has no data set; expected TFRecord files; it holds 'a/1.txt'"),
        ("parquet", "expected Parquet files"),
        ("list", "expected a CSV or JSON lines file with the columns path and label"),
        ("auto", "expected a subfolder of pictures for each class, a list with"),
    ],
)
def test_nothing_is_found(tmp_path: Path, layout: Layout, message: str) -> None:
    tree = Folder(write_folder(tmp_path, {"a/1.txt": b"text"}))
    with pytest.raises(DataError, match=message):
        recognise(tree, layout)


def test_files_without_a_telling_name_are_opened(tmp_path: Path) -> None:
    content = shard(tmp_path, *labelled(FILES, slim_record))
    tree = Folder(write_folder(tmp_path / "f", {"data": content, "labels.txt": LABELS}))
    assert recognise(tree).layout == "tfrecord"
    pictures = {name.removesuffix(".jpg"): content for name, content in FILES.items()}
    assert recognise(Folder(write_folder(tmp_path / "g", pictures))).layout == "folder"


def test_label_files_in_two_places(tmp_path: Path) -> None:
    files = {"a.tfrecord": shard(tmp_path), "labels.txt": b"0:a", "more/labels.txt": b"0:a"}
    message = "2 labels.txt, expected one data set in one place: 'labels.txt', 'more/labels.txt'"
    with pytest.raises(DataError, match=message):
        recognise(Folder(write_folder(tmp_path / "f", files)))


def test_a_shard_that_is_none_is_told(tmp_path: Path) -> None:
    files = {"train.tfrecord": b"no record at all", "validation.tfrecord": b""}
    source = recognise(Folder(write_folder(tmp_path / "f", files)))
    with pytest.raises(DataError, match=r"train\.tfrecord: record 0, at byte 0: bad CRC"):
        list(source.entries())
