import logging
from pathlib import Path

import fsspec
import pytest

from support.downloads import QUICK, folder_in_memory
from support.http_server import serve_folder
from support.sources import write_folder
from tasks.download import remote_folder
from tasks.download.folder import download_folder
from tasks.download.fsspec import fetch_fsspec
from tasks.download.listing import read_files, read_listing
from tasks.download.transfer import Transfer
from tasks.errors import DataError
from tasks.storage.local_files import file_sha256

FILES = {"a/1": b"one", "b/2": b"two", "c/Thumbs.db": b""}


@pytest.fixture
def memory() -> str:
    """URL of a folder in fsspec's memory."""
    return folder_in_memory(FILES)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were copied from their source."""
    names: list[str] = []

    def note(transfer: Transfer) -> object:
        names.append(transfer.part.name.removesuffix(".part"))
        return fetch_fsspec(transfer)

    monkeypatch.setattr(remote_folder, "fetch_fsspec", note)
    return names


def test_a_folder_is_copied(memory: str, tmp_path: Path) -> None:
    artifact = download_folder(memory, tmp_path / "d", policy=QUICK)
    listing = read_listing(artifact.path)
    assert listing
    assert (listing.root, listing.files) == ("files", 3)
    for name, content in FILES.items():
        assert (artifact.path / "files" / name).read_bytes() == content
    assert not list((tmp_path / "d" / "partial").glob("*/"))


def test_the_same_listing_is_not_copied_again(
    memory: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    first = download_folder(memory, tmp_path / "d", policy=QUICK)
    second = download_folder(memory, tmp_path / "d", policy=QUICK)
    assert (second.path, second.reused) == (first.path, True)
    assert any("memory://graft has not changed since" in line for line in caplog.messages)
    fsspec.filesystem("memory").pipe_file("/graft/new", b"new")
    third = download_folder(memory, tmp_path / "d", policy=QUICK)
    assert third.path != first.path
    assert (third.path / "files/new").read_bytes() == b"new"


def test_what_was_copied_before_a_failure_is_not_copied_again(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fail_at_the_second(path: Path) -> str:
        asked.append(path.name)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return file_sha256(path)

    monkeypatch.setattr("tasks.download.folder_copy.file_sha256", fail_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        download_folder(memory, tmp_path / "d", policy=QUICK)
    (stage,) = (tmp_path / "d" / "partial").glob("*/")
    (stage / "files/a/1").write_bytes(b"put there")
    artifact = download_folder(memory, tmp_path / "d", policy=QUICK)
    assert (artifact.path / "files/a/1").read_bytes() == b"put there"


def test_named_files_over_http(tmp_path: Path) -> None:
    served = write_folder(tmp_path / "served", FILES)
    with serve_folder(served) as url:
        artifact = download_folder(
            f"{url}/", tmp_path / "d", names=["b/2", "a/1", "gone"], policy=QUICK
        )
    assert [file.path for file in read_files(artifact.path)] == ["a/1", "b/2"]
    # The server is gone, and the names and their version are those of before.
    again = download_folder(f"{url}/", tmp_path / "d", names=["b/2", "a/1", "gone"])
    assert again.reused


def test_names_that_lead_out(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has a file '\.\./x', expected a path within"):
        download_folder("http://host/", tmp_path / "d", names=["../x"])


def test_a_changed_file_is_copied_alone(memory: str, tmp_path: Path, fetched: list[str]) -> None:
    first = download_folder(memory, tmp_path / "d", policy=QUICK)
    fetched.clear()
    fsspec.filesystem("memory").pipe_file("/graft/b/2", b"changed")
    second = download_folder(memory, tmp_path / "d", policy=QUICK)
    assert fetched == ["2"]
    assert (second.path / "files/b/2").read_bytes() == b"changed"
    assert (second.path / "files/a/1").samefile(first.path / "files/a/1")
    assert (first.path / "files/b/2").read_bytes() == b"two"


def test_what_was_copied_before_a_failure_and_a_change_is_not_copied_again(
    memory: str, tmp_path: Path, fetched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tasks.download.folder_copy.file_sha256", fail)
        with pytest.raises(KeyboardInterrupt):
            download_folder(memory, tmp_path / "d", policy=QUICK)
    there = {path.name for path in (tmp_path / "d/partial").glob("*/files/*/*")}
    fetched.clear()
    fsspec.filesystem("memory").pipe_file("/graft/new", b"new")
    artifact = download_folder(memory, tmp_path / "d", policy=QUICK)
    assert set(fetched) == {"1", "2", "Thumbs.db", "new"} - there
    assert there
    assert (artifact.path / "files/new").read_bytes() == b"new"
    assert not list((tmp_path / "d" / "partial").glob("*/"))
