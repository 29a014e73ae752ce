from pathlib import Path

import fsspec
import pytest

from tasks.download import remote_listing
from tasks.download.remote_listing import RemoteFile, check_path, fingerprint, list_remote
from tasks.errors import DataError

FILES = {"a b/1.jpg": b"one", "a/é.jpg": b"two", "c": b""}


@pytest.fixture
def memory() -> str:
    """URL of a folder in fsspec's memory."""
    files = fsspec.filesystem("memory")
    if files.exists("/graft"):
        files.rm("/graft", recursive=True)
    for name, content in FILES.items():
        files.pipe_file(f"/graft/{name}", content)
    return "memory://graft"


def test_a_fingerprint_tells_versions_apart() -> None:
    files = [RemoteFile("a", 1, "x"), RemoteFile("b", 2, "y")]
    same = [RemoteFile("a", 1, "x"), RemoteFile("b", 2, "y")]
    assert fingerprint(files) == fingerprint(same)
    for other in (RemoteFile("b", 2, "z"), RemoteFile("b", 3, "y"), RemoteFile("c", 2, "y")):
        assert fingerprint([files[0], other]) != fingerprint(files)


@pytest.mark.parametrize("path", ["", "/a", "../a", "a/../../b", "http://b/c", "a\0b"])
def test_paths_that_lead_out(path: str) -> None:
    with pytest.raises(DataError, match=r"^s3://b has a file '.*', expected a path within"):
        check_path(path, "s3://b")


@pytest.mark.parametrize("path", ["a\nb.jpg", "a/\x1b[2J", "caf\udce9.jpg"])
def test_names_that_cannot_be_printed(path: str) -> None:
    message = r"^s3://b has a file '.*\\.*', expected UTF-8 without control characters$"
    with pytest.raises(DataError, match=message):
        check_path(path, "s3://b")


@pytest.mark.parametrize("limit", ["_MOST_FILES", "MAX_BYTES"])
def test_a_folder_of_too_much(memory: str, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_listing, limit, 2)
    with pytest.raises(DataError, match=r"^memory://graft has 3 files of 6 bytes, expected at mo"):
        list_remote(memory)


def test_a_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"file:///.* has no files"):
        list_remote(tmp_path.as_uri())
