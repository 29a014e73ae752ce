import logging
import os
from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.download.remote_listing import RemoteFile
from tasks.download.unchanged_files import REMOTE, take_unchanged, write_remote

OLD = [RemoteFile("a/1", 3, "v1"), RemoteFile("b", 3, "v1"), RemoteFile("c", 3, " ")]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = write_folder(tmp_path / "old", {f"files/{file.path}": b"old" for file in OLD})
    write_remote(folder, OLD)
    return folder


def taken(new: Path) -> set[str]:
    return {path.name for path in new.rglob("*") if path.is_file()}


@pytest.mark.parametrize("links", [True, False])
def test_files_of_the_same_version_are_taken(
    old: Path, tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    now = [RemoteFile("a/1", 3, "v1"), RemoteFile("b", 3, "v2"), RemoteFile("c", 3, " ")]
    (tmp_path / "new").mkdir()
    assert take_unchanged(now, old, tmp_path / "new") == 1
    assert taken(tmp_path / "new") == {"1"}
    assert (tmp_path / "new/files/a/1").read_bytes() == b"old"
    assert (tmp_path / "new/files/a/1").samefile(old / "files/a/1") is links


def test_a_file_that_is_there_stays(old: Path, tmp_path: Path) -> None:
    new = write_folder(tmp_path / "new", {"files/a/1": b"new"})
    assert take_unchanged(OLD, old, new) == 1
    assert (new / "files/a/1").read_bytes() == b"new"


def test_a_copy_that_broke_off_gives_what_it_has(old: Path, tmp_path: Path) -> None:
    (old / "files/b").rename(old / "files/b.part")
    assert take_unchanged(OLD, old, tmp_path / "new") == 1


@pytest.mark.parametrize("content", [None, "{", "[1]", "[]"])
def test_nothing_is_taken_without_a_list(
    old: Path, tmp_path: Path, content: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    (old / REMOTE).unlink()
    if content:
        (old / REMOTE).write_text(content)
    with caplog.at_level(logging.WARNING):
        assert take_unchanged(OLD, old, tmp_path / "new") == 0
    assert bool(caplog.records) is bool(content)
