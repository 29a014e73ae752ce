import logging
import os
import time
from pathlib import Path

import fsspec
import pytest

from support.http_server import serve_folder
from support.sources import write_folder
from tasks.download.folder import download_folder, is_folder
from tasks.download.listing import read_files, read_listing
from tasks.download.transfer import RetryPolicy
from tasks.errors import DataError, ParamsError
from tasks.storage.local_files import file_sha256
from tasks.storage.manifest import read_manifest

POLICY = RetryPolicy(attempts=2, first_wait=0.001, longest_wait=0.001)
FILES = {"a/1": b"one", "b/2": b"two", "c/Thumbs.db": b""}


@pytest.fixture
def memory() -> str:
    """URL of a folder in fsspec's memory."""
    files = fsspec.filesystem("memory")
    if files.exists("/graft"):
        files.rm("/graft", recursive=True)
    for name, content in FILES.items():
        files.pipe_file(f"/graft/{name}", content)
    return "memory://graft"


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


class TestRemote:
    def test_a_folder_is_copied(self, memory: str, tmp_path: Path) -> None:
        artifact = download_folder(memory, tmp_path / "d", policy=POLICY)
        listing = read_listing(artifact.path)
        assert listing
        assert (listing.root, listing.files) == ("files", 3)
        for name, content in FILES.items():
            assert (artifact.path / "files" / name).read_bytes() == content
        assert not list((tmp_path / "d" / "partial").glob("*/"))

    def test_the_same_listing_is_not_copied_again(
        self, memory: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        first = download_folder(memory, tmp_path / "d", policy=POLICY)
        second = download_folder(memory, tmp_path / "d", policy=POLICY)
        assert (second.path, second.reused) == (first.path, True)
        assert any("memory://graft has not changed since" in line for line in caplog.messages)
        fsspec.filesystem("memory").pipe_file("/graft/new", b"new")
        third = download_folder(memory, tmp_path / "d", policy=POLICY)
        assert third.path != first.path
        assert (third.path / "files/new").read_bytes() == b"new"

    def test_what_was_copied_before_a_failure_is_not_copied_again(
        self, memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []

        def fail_at_the_second(path: Path) -> str:
            asked.append(path.name)
            if len(asked) == 2:
                raise KeyboardInterrupt
            return file_sha256(path)

        monkeypatch.setattr("tasks.download.folder.file_sha256", fail_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            download_folder(memory, tmp_path / "d", policy=POLICY)
        (stage,) = (tmp_path / "d" / "partial").glob("*/")
        (stage / "files/a/1").write_bytes(b"put there")
        artifact = download_folder(memory, tmp_path / "d", policy=POLICY)
        assert (artifact.path / "files/a/1").read_bytes() == b"put there"

    def test_named_files_over_http(self, tmp_path: Path) -> None:
        served = write_folder(tmp_path / "served", FILES)
        with serve_folder(served) as url:
            artifact = download_folder(
                f"{url}/", tmp_path / "d", names=["b/2", "a/1", "gone"], policy=POLICY
            )
        assert [file.path for file in read_files(artifact.path)] == ["a/1", "b/2"]
        # The server is gone, and the names and their version are those of before.
        again = download_folder(f"{url}/", tmp_path / "d", names=["b/2", "a/1", "gone"])
        assert again.reused

    def test_names_that_lead_out(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"has a file '\.\./x', expected a path within"):
            download_folder("http://host/", tmp_path / "d", names=["../x"])


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
