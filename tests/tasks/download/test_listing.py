import hashlib
import subprocess
from pathlib import Path

import pytest

from support.sources import write_folder
from tasks.download.listing import (
    FILES,
    FOLDER,
    ListedFile,
    Listing,
    ListingWriter,
    read_files,
    read_listing,
    write_listing,
)
from tasks.errors import DataError

LISTED = [ListedFile("a/1", "0" * 64, 5, 7), ListedFile("b\udce9\n", "f" * 64, 2**40, 0)]


def test_files_come_back(tmp_path: Path) -> None:
    with ListingWriter(tmp_path) as writer:
        for file in LISTED:
            writer.add(file)
    assert list(read_files(tmp_path)) == LISTED
    assert (writer.files, writer.bytes) == (2, 2**40 + 5)


def test_the_digest_is_that_of_sha256sum(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", {"a/1": b"one", "b c": b"two"})
    with ListingWriter(tmp_path) as writer:
        for name in ("a/1", "b c"):
            sha256 = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            writer.add(ListedFile(name, sha256, 3, 0))
    lines = subprocess.run(["sha256sum", "a/1", "b c"], cwd=folder, capture_output=True, check=True)
    assert writer.sha256 == hashlib.sha256(lines.stdout).hexdigest()


def test_the_folder_comes_back(tmp_path: Path) -> None:
    assert read_listing(tmp_path) is None
    listing = Listing("/data", 3, 10, 1, ("a", "b"), 5)
    write_listing(tmp_path, listing)
    assert read_listing(tmp_path) == listing


@pytest.mark.parametrize("text", ["{", "[]", '{"root": "/"}'])
def test_a_damaged_folder(tmp_path: Path, text: str) -> None:
    (tmp_path / FOLDER).write_text(text)
    with pytest.raises(DataError, match="is not a listed folder: "):
        read_listing(tmp_path)


@pytest.mark.parametrize("text", ["{\n", "[1]\n", '["a", "b", "c", "d", "e"]\n'])
def test_damaged_files(tmp_path: Path, text: str) -> None:
    (tmp_path / FILES).write_text(text)
    with pytest.raises(DataError, match=r"files\.jsonl cannot be read: "):
        list(read_files(tmp_path))
