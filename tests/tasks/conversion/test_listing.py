"""The listing of a folder by executors."""

from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.conversion.listing import list_files, spread
from tasks.conversion.store import PictureStore
from tasks.conversion.summary import FolderFacts
from tasks.errors import DataError

ODD = ["a/x: 50%.jpg", "a/ä\n2.png", "a/b/c.txt", "a/#?*[1].jpg"]


def test_all_files_and_folders_are_found(store: PictureStore, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "root", dict.fromkeys([*ODD, "a/.DS_Store", "l.csv"], b"1"))
    (root / "empty" / "deep").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "a" / "self").symlink_to(root)
    listed = list_files(store, root)
    assert sorted(listed.files.collect()) == sorted([*ODD, "l.csv"])
    assert sorted(listed.folders) == ["a", "a/b", "empty", "empty/deep"]
    summary = listed.summary
    assert (summary.junk, summary.links) == (1, 1)
    assert summary.folders["a"] == FolderFacts(3, 3, "a/#?*[1].jpg", "")
    assert summary.sizes == {"a/b/c.txt": 1, "l.csv": 1}


def test_partitions_are_the_same_when_they_are_made_anew(store: PictureStore) -> None:
    paths = [f"a/{number}.jpg" for number in range(500)]
    one = spread(store.spark.parallelize(paths, 3), 500, 2)
    other = spread(store.spark.parallelize(paths[::-1], 5), 500, 2)
    parts = [list(map(sorted, each.glom().collect())) for each in (one, other)]
    assert parts[0] == parts[1]
    assert max(map(len, parts[0])) < 2 * 500 / len(parts[0])


def test_folders_without_an_end_are_refused(store: PictureStore, tmp_path: Path) -> None:
    (tmp_path / "root" / "/".join("d" * 70)).mkdir(parents=True)
    with pytest.raises(DataError, match="is nested deeper than 64 folders"):
        list_files(store, tmp_path / "root")
