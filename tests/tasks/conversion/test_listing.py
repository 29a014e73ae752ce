"""The listing of a folder by executors."""

from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.conversion.listing import FolderFacts, Summary, is_telling, list_files, spread
from tasks.conversion.store import PictureStore
from tasks.datasets.recognise import MOST_OPENED
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


def test_a_summary_holds_few_of_the_files_without_a_telling_name() -> None:
    one, other = Summary(), Summary()
    for number in range(MOST_OPENED + 5):
        one.note(f"a/{number:05d}.bin", 1)
        other.note(f"a/-{number:05d}.bin", 1)
    one.note("a/train.record", 7)
    merged = one.merge(other)
    assert merged.folders["a"].files == 2 * MOST_OPENED + 11
    assert len(merged.unnamed) == MOST_OPENED
    assert set(merged.sizes) == {*merged.unnamed, "a/train.record"}
    assert all(path.startswith("a/-") for path in merged.unnamed)


def test_partitions_are_the_same_when_they_are_made_anew(store: PictureStore) -> None:
    paths = [f"a/{number}.jpg" for number in range(500)]
    one = spread(store.spark.parallelize(paths, 3), 500, 2)
    other = spread(store.spark.parallelize(paths[::-1], 5), 500, 2)
    parts = [list(map(sorted, each.glom().collect())) for each in (one, other)]
    assert parts[0] == parts[1]
    assert max(map(len, parts[0])) < 2 * 500 / len(parts[0])


@pytest.mark.parametrize(
    ("path", "telling"),
    [("a/labels.txt", True), ("x.CSV", True), ("train.record", True), ("a/notes.txt", False)],
)
def test_names_that_tell_the_layout(path: str, telling: bool) -> None:
    assert is_telling(path) is telling


def test_folders_without_an_end_are_refused(store: PictureStore, tmp_path: Path) -> None:
    (tmp_path / "root" / "/".join("d" * 70)).mkdir(parents=True)
    with pytest.raises(DataError, match="is nested deeper than 64 folders"):
        list_files(store, tmp_path / "root")
