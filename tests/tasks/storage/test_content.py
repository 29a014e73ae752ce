import hashlib
import os
from pathlib import Path

import pytest

from tasks.storage.content import content_sha256


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    return path


@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1])
def test_it_is_that_of_the_whole_file(tmp_path: Path, size: int) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * (size // 256 + 1))
    os.truncate(tmp_path / "file", size)
    told: list[int] = []
    expected = hashlib.sha256((tmp_path / "file").read_bytes()).hexdigest()
    assert content_sha256(tmp_path / "file", told.append) == expected
    assert sum(told) == size


def test_a_file_and_its_hard_links_are_read_once(file: Path) -> None:
    told: list[int] = []
    content_sha256(file, told.append)
    (file.parent / "link").hardlink_to(file)
    assert content_sha256(file.parent / "link", told.append) == content_sha256(file, told.append)
    assert told == [7]


def test_a_changed_file_is_read_again(file: Path) -> None:
    before = content_sha256(file)
    file.write_bytes(b"c0ntent")
    assert content_sha256(file) != before
