import os
import time
from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.download import local_folder
from tasks.download.listing import ListedFile
from tasks.download.local_folder import LocalFolder
from tasks.errors import DataError
from tasks.storage.local_files import file_sha256

FILES = {f"{name}/{number}": f"{name} {number}".encode() for name in "abc" for number in range(20)}


def listed(folder: Path, known: list[ListedFile] | None = None) -> list[ListedFile]:
    return list(LocalFolder(folder).files(known or [], time.time_ns()))


def age(folder: Path) -> None:
    """Give all files a time of change of an hour ago."""
    before = time.time() - 3600
    for path in folder.rglob("*"):
        os.utime(path, (before, before))


def test_all_files_in_order_with_their_digests(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", FILES)
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("a")
    local = LocalFolder(folder)
    found = list(local.files([], 0))
    assert [file.path for file in found] == sorted(FILES, key=lambda path: path.split("/"))
    assert all(file.sha256 == file_sha256(folder / file.path) for file in found)
    assert all(file.size == len(FILES[file.path]) for file in found)
    assert (local.links, local.folders) == (1, ["a", "b", "c", "empty"])


def test_some_files(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", FILES)
    names = ["b/1", "a/1", "a/1", "gone"]
    assert [file.path for file in LocalFolder(folder, names).files([], 0)] == ["a/1", "b/1"]


def test_what_did_not_change_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "f", FILES)
    age(folder)
    first = listed(folder)
    write_folder(folder, {"a/1": b"other", "a/new": b"new", "d/1": b"one"})
    (folder / "b/3").unlink()
    read = []

    def count(path: Path) -> str:
        read.append(str(path.relative_to(folder)))
        return file_sha256(path)

    monkeypatch.setattr(local_folder, "file_sha256", count)
    second = listed(folder, first)
    assert sorted(read) == ["a/1", "a/new", "d/1"]
    assert {file.path for file in second} == {*FILES, "a/new", "d/1"} - {"b/3"}
    assert all(file.sha256 == file_sha256(folder / file.path) for file in second)


def test_what_changed_just_before_it_was_listed_is_read_again(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", {"a": b"old"})
    first = listed(folder)
    facts = (folder / "a").stat()
    (folder / "a").write_bytes(b"new")
    os.utime(folder / "a", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert listed(folder, first) != first


def test_a_file_that_changes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "f", {"a": b"old"})

    def change(path: Path) -> str:
        digest = file_sha256(path)
        path.write_bytes(b"longer")
        return digest

    monkeypatch.setattr(local_folder, "file_sha256", change)
    with pytest.raises(DataError, match="a' was changed while it was read; run again"):
        listed(folder)
