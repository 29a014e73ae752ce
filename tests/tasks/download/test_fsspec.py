"""Copies of files and of what fsspec knows."""

import dataclasses
import os
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.spec import AbstractFileSystem

from support.http_server import CONTENT
from tasks.download.credentials import NO_CREDENTIALS
from tasks.download.download import download, downloaded_file
from tasks.download.fsspec import fetch_fsspec, is_fsspec_folder, list_fsspec
from tasks.download.transfer import DEFAULT_POLICY, Transfer
from tasks.errors import DataError, NetworkError


def test_file_is_copied(tmp_path: Path) -> None:
    source = tmp_path / "with space.tar"
    source.write_bytes(CONTENT)
    artifact = download(source.as_uri(), tmp_path / "downloads")
    assert downloaded_file(artifact.path).name == "with_space.tar"
    source.unlink()
    assert downloaded_file(artifact.path).read_bytes() == CONTENT


def test_file_is_copied_again_only_when_changed(tmp_path: Path) -> None:
    source = tmp_path / "a.tar"
    source.write_bytes(b"one")
    first = download(source.as_uri(), tmp_path / "downloads")
    assert download(source.as_uri(), tmp_path / "downloads").reused
    source.write_bytes(b"other")
    second = download(source.as_uri(), tmp_path / "downloads")
    assert second.path != first.path


def test_any_file_system_of_fsspec(tmp_path: Path) -> None:
    fsspec.filesystem("memory").pipe("/bucket/a.tar", CONTENT)
    artifact = download("memory://bucket/a.tar", tmp_path)
    assert downloaded_file(artifact.path).read_bytes() == CONTENT
    assert download("memory://bucket/a.tar", tmp_path).reused


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^file:///nowhere/a.tar: no such file"):
        download("file:///nowhere/a.tar", tmp_path)


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a directory, expected a file"):
        download(tmp_path.as_uri(), tmp_path / "downloads")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec.filesystem("memory").pipe("/bucket/b.tar", CONTENT)
    memory = type(fsspec.filesystem("memory"))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(memory, "open", refuse)
    with pytest.raises(DataError, match=r"b.tar may not be read: permission denied"):
        download("memory://bucket/b.tar", tmp_path)


def test_unreachable_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no route to memory://u:secret@bucket\nand more")

    memory = type(fsspec.filesystem("memory"))
    fsspec.filesystem("memory").pipe("/bucket/c.tar", CONTENT)
    download("memory://bucket/c.tar", tmp_path)
    monkeypatch.setattr(memory, "info", fail)
    assert download("memory://bucket/c.tar", tmp_path).reused
    assert "reused the download of" in caplog.text
    with pytest.raises(NetworkError, match=r"d.tar cannot be read: no route to [^\n]*$") as e:
        download("memory://u:secret@bucket/d.tar", tmp_path)
    assert "secret" not in str(e.value)


@pytest.fixture
def transfer(tmp_path: Path) -> Transfer:
    """A transfer of a file in fsspec's memory that nothing is known of."""
    fsspec.filesystem("memory").pipe("/bucket/e.tar", CONTENT)
    return Transfer("memory://bucket/e.tar", tmp_path / "file.part", None, DEFAULT_POLICY)


def test_a_known_version_is_not_copied(transfer: Transfer) -> None:
    validators = fetch_fsspec(transfer)
    assert validators is not None
    assert transfer.part.read_bytes() == CONTENT
    transfer.drop()
    assert fetch_fsspec(dataclasses.replace(transfer, known=validators)) is None
    assert not transfer.part.exists()


def test_what_an_earlier_copy_left_is_replaced(transfer: Transfer) -> None:
    transfer.part.write_bytes(b"left" * 2**20)
    fetch_fsspec(transfer)
    assert transfer.part.read_bytes() == CONTENT


def test_a_file_that_is_shorter_than_its_size(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = type(fsspec.filesystem("memory"))
    info = memory.info
    monkeypatch.setattr(memory, "info", lambda *given: {**info(*given), "size": len(CONTENT) + 9})
    message = r"^memory://bucket/e.tar broke off after 1,048,576 of 1,048,585 bytes$"
    with pytest.raises(NetworkError, match=message):
        fetch_fsspec(transfer)


class Locked(MemoryFileSystem):  # type: ignore[misc] # fsspec has no types
    """A memory in which a folder may not be listed, and another does not answer."""

    protocol = "locked"
    find = AbstractFileSystem.find

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(MemoryFileSystem._strip_protocol(path.replace("locked://", "memory://")))

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> Any:
        if path.endswith("/private"):
            raise PermissionError(13, "Permission denied")
        return super().ls(path, detail, **kwargs)

    def info(self, path: str, **kwargs: Any) -> Any:
        if path.endswith("/away"):
            raise ConnectionResetError("the other side hung up")
        return super().info(path, **kwargs)


@pytest.fixture
def locked() -> None:
    fsspec.register_implementation("locked", Locked, clobber=True)
    memory = fsspec.filesystem("memory")
    for name in ("open/1.jpg", "shut/2.jpg", "shut/private/3.jpg"):
        memory.pipe(f"/{name}", CONTENT)


@pytest.mark.usefixtures("locked")
def test_a_folder_that_cannot_be_listed_is_named_and_not_left_out() -> None:
    message = r"^locked://shut: folder 'private' cannot be listed: Permission denied; expected"
    with pytest.raises(DataError, match=message):
        list(list_fsspec("locked://shut", NO_CREDENTIALS))
    assert [path for path, *_ in list_fsspec("locked://open", NO_CREDENTIALS)] == ["1.jpg"]


@pytest.mark.usefixtures("locked")
def test_what_does_not_answer_is_not_taken_for_a_file() -> None:
    with pytest.raises(NetworkError, match=r"^locked://shut/away cannot be read: .*hung up"):
        is_fsspec_folder("locked://shut/away", NO_CREDENTIALS)


def test_names_of_every_kind_are_what_the_path_says(tmp_path: Path) -> None:
    for name in (b"caf\xe9", "雛 #?%".encode(), b"100%25"):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(CONTENT)
        artifact = download(path.as_uri(), tmp_path / "downloads")
        assert downloaded_file(artifact.path).read_bytes() == CONTENT
