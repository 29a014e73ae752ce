"""Pictures without labels, in a folder of any depth and in the other layouts."""

from pathlib import Path

import pytest

from support.sources import (
    FILES,
    csv_list,
    encoded,
    image,
    parquet,
    shard,
    slim_record,
    write_folder,
)
from tasks.datasets.entry import PassedOver
from tasks.datasets.example import encode_example
from tasks.datasets.folder_tree import Folder
from tasks.datasets.recognise import recognise
from tasks.datasets.source_loose import LooseSource, loose_entry
from tasks.errors import DataError


def test_all_files_are_entries_and_folders_mean_nothing(tmp_path: Path) -> None:
    one = encoded(image(1))
    tree = Folder(write_folder(tmp_path, {"a.jpg": one, "x/y/z.png": one, "n.txt": b"", ".b": b""}))
    source = recognise(tree, labelled=False)
    assert isinstance(source, LooseSource)
    assert source.total == 3
    assert sorted(entry.name for entry in source.entries()) == ["a.jpg", "n.txt", "x/y/z.png"]
    assert source.load(loose_entry("x/y/z.png")).data == source.read("a.jpg") == one
    with pytest.raises(PassedOver):
        source.load(loose_entry("n.txt"))


def test_lists_parquet_and_records_need_no_labels_and_read_none(tmp_path: Path) -> None:
    names = list(FILES)
    rows = [{"file": name, "split": "nonsense"} for name in names]
    plain = encode_example({"image/encoded": FILES[names[0]], "image/filename": b"n.jpg"})
    record = slim_record(FILES[names[1]], -7, "odd", "x")
    sources = {
        "list": write_folder(tmp_path / "l", {**FILES, "l.csv": csv_list(rows)}),
        "tfrecord": write_folder(tmp_path / "t", {"a.tfrecord": shard(tmp_path, plain, record)}),
        "parquet": write_folder(tmp_path / "p", {"data.parquet": parquet(FILES, tmp_path)}),
    }
    for layout, folder in sources.items():
        source = recognise(Folder(folder), labelled=False)
        assert source.layout == layout
        entries = list(source.entries())
        assert all(source.load(entry).data in FILES.values() for entry in entries)
        assert len(entries) == (2 if layout == "tfrecord" else len(FILES))
        assert {entry.split for entry in entries} <= {None, "train"}


def test_what_has_no_pictures_is_told(tmp_path: Path) -> None:
    tree = Folder(write_folder(tmp_path, {"a.txt": b"x", "b.csv": b"label\nx\n"}))
    expected = {
        "auto": "pictures, a list with the column path, Parquet files, or TFRecord files",
        "list": "a CSV or JSON lines file with the column path",
    }
    for layout, words in expected.items():
        with pytest.raises(DataError, match=f"^has no pictures; expected {words}; it holds"):
            recognise(tree, layout, labelled=False)  # type: ignore[arg-type] # a word of Layout
