import os
import time
from pathlib import Path

import pytest

from support.downloads import folder_in_memory
from support.sources import write_folder
from tasks.download.folder import download_folder, is_folder
from tasks.download.listing import read_files, read_listing
from tasks.errors import DataError, ParamsError
from tasks.storage.manifest import read_manifest

FILES = {"a/1": b"one", "b/2": b"two", "c/Thumbs.db": b""}


@pytest.fixture
def memory() -> str:
    """URL of a folder in fsspec's memory."""
    return folder_in_memory(FILES)


def age(folder: Path) -> None:
    before = time.time() - 3600
    for path in folder.rglob("*"):
        os.utime(path, (before, before))


class TestLocal:
    def test_a_folder_is_listed_and_not_copied(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path / "my pictures", FILES)
        artifact = download_folder(folder.as_uri(), tmp_path / "downloads")
        listing = read_listing(artifact.path)
        assert listing
        assert (listing.root, listing.files, listing.bytes) == (str(folder), 3, 6)
        assert [file.path for file in read_files(artifact.path)] == list(FILES)
        assert sum(p.stat().st_size for p in artifact.path.rglob("*")) < 5000

    def test_the_same_content_is_the_same_artefact(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path / "f", FILES)
        first = download_folder(folder.as_uri(), tmp_path / "d")
        age(folder)
        second = download_folder(folder.as_uri(), tmp_path / "d")
        assert second.path == first.path
        assert second.reused
        write_folder(folder, {"a/1": b"ONE"})
        assert download_folder(folder.as_uri(), tmp_path / "d").path != first.path

    def test_a_digest_can_be_asked_for(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path / "f", FILES)
        artifact = download_folder(folder.as_uri(), tmp_path / "d")
        sha256 = read_manifest(artifact.path).recipe["sha256"]
        download_folder(folder.as_uri(), tmp_path / "d", sha256)
        with pytest.raises(DataError, match=f"has SHA-256 {sha256}, expected 000"):
            download_folder(folder.as_uri(), tmp_path / "d", "0" * 64)

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        (tmp_path / "f").mkdir()
        with pytest.raises(DataError, match=r"f has no files$"):
            download_folder((tmp_path / "f").as_uri(), tmp_path / "d")
        assert not [
            p for p in (tmp_path / "d").rglob("*.jsonl") if p.parent.parent.name != "partial"
        ]

    def test_a_folder_that_has_grafts_own_files(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path / "f", FILES)
        message = r"^'/.*/f' has Graft's own files in it, '/.*/f/work/downloads'; expected a fold"
        with pytest.raises(DataError, match=message):
            download_folder(folder.as_uri(), folder / "work" / "downloads")

    def test_a_name_that_is_not_utf_8(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path / os.fsdecode(b"caf\xe9 100%"), FILES)
        assert is_folder(folder.as_uri())
        listing = read_listing(download_folder(folder.as_uri(), tmp_path / "d").path)
        assert listing
        assert (listing.root, listing.files) == (str(folder), 3)


def test_is_folder(memory: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_folder(tmp_path.as_uri())
    assert is_folder(f"{tmp_path.as_uri()}/")
    assert is_folder(memory)
    assert not is_folder((tmp_path / "file").as_uri())
    assert not is_folder((tmp_path / "gone").as_uri())
    assert not is_folder("https://host/folder/")
    with pytest.raises(ParamsError, match="scheme 'nothing' cannot be used"):
        is_folder("nothing://x")
