"""The files of a data set."""

from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.datasets.tree import SingleFile, head_of, kind_of_file
from tasks.errors import DataError


def test_a_single_file(tmp_path: Path) -> None:
    tree = SingleFile(write_folder(tmp_path, {"a.csv": b"", "b.csv": b""}) / "a.csv")
    assert [file.path for file in tree.files()] == ["a.csv"]
    assert (tree.root, tree.junk, tree.links, tree.folders) == (tmp_path, 0, 0, [])


def test_heads(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"GIF89a" + bytes(1000))
    assert len(head_of(tmp_path / "a")) == 512
    assert kind_of_file(tmp_path / "a") == "GIF"
    with pytest.raises(DataError, match="cannot be read: No such file"):
        head_of(tmp_path / "b")
