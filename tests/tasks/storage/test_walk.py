import os
from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.errors import DataError
from tasks.storage.walk import walk


def paths(root: Path, *, ordered: bool = False) -> list[str]:
    return [path for path, _ in walk(root, ordered=ordered)]


def test_everything_below_once(tmp_path: Path) -> None:
    write_folder(tmp_path, {"b/1": b"", "a/x/1": b"", "c": b""})
    (tmp_path / "link").symlink_to("b")
    assert sorted(paths(tmp_path)) == ["a", "a/x", "a/x/1", "b", "b/1", "c", "link"]


def test_the_order_of_the_parts(tmp_path: Path) -> None:
    names = ["a-b", "a/1", "a/b/2", "a/c", "a.b/1", "B"]
    write_folder(tmp_path, dict.fromkeys(names, b""))
    found = [path for path in paths(tmp_path, ordered=True) if (tmp_path / path).is_file()]
    assert found == sorted(names, key=lambda path: path.split("/"))


def test_links_are_not_followed(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a/1": b""})
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert sorted(paths(tmp_path)) == ["a", "a/1", "a/loop"]


@pytest.mark.parametrize("target", ["/etc", "../outside", "a/../../x"])
def test_links_that_lead_out(tmp_path: Path, target: str) -> None:
    folder = write_folder(tmp_path / "data", {"a/1": b""})
    (folder / "link").symlink_to(target)
    with pytest.raises(DataError, match=r"^'link' is a link to '.*', outside of '.*'; expected fi"):
        paths(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anywhere")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a/1": b""})
    (tmp_path / "a").chmod(0)
    with pytest.raises(DataError, match="a' cannot be read: Permission denied"):
        paths(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gone' cannot be read: No such file or directory"):
        paths(tmp_path / "gone")
