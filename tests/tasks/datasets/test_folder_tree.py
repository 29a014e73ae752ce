"""The files of a data set."""

import os
from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.datasets.folder_tree import Folder
from tasks.errors import DataError


def test_a_folder(tmp_path: Path) -> None:
    files = {"b/2": b"", "b/1": b"", "a/x/1": b"", "c": b"", "b/.DS_Store": b"", "._c": b""}
    tree = Folder(write_folder(tmp_path, files), junk=3, links=1)
    (tmp_path / "empty").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "link").symlink_to("b")
    (tmp_path / "gone").symlink_to("nothing")
    os.mkfifo(tmp_path / "pipe")
    assert sorted(file.path for file in tree.files()) == ["a/x/1", "b/1", "b/2", "c"]
    assert list(tree.files()) == list(tree.files())
    assert (tree.junk, tree.links) == (5, 3)
    assert sorted(tree.folders) == ["a", "a/x", "b", "empty"]


@pytest.mark.parametrize("target", ["/etc", "../outside", "a/../../x"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, target: str) -> None:
    folder = write_folder(tmp_path / "data", {"a/1": b""})
    (folder / "link").symlink_to(target)
    with pytest.raises(DataError, match=r"^'link' is a link to '.*', outside of '.*'; expected fi"):
        list(Folder(folder).files())


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    write_folder(tmp_path / "data", {"a/1": b""})
    (tmp_path / "link").symlink_to("data")
    assert [file.path for file in Folder(tmp_path / "link").files()] == ["a/1"]


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone' cannot be read: No such file or directory"):
        list(Folder(tmp_path / "gone").files())
