import doctest
from pathlib import Path

import fsspec
import pytest

from support.http_server import serve_folder
from support.sources import write_folder
from tasks.download import remote_folder
from tasks.download.remote_folder import (
    RemoteFile,
    check_path,
    copy_files,
    file_url,
    fingerprint,
    list_remote,
)
from tasks.download.transfer import RetryPolicy
from tasks.errors import DataError, NetworkError

POLICY = RetryPolicy(attempts=2, first_wait=0.001, longest_wait=0.001)
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


def test_examples() -> None:
    assert not doctest.testmod(remote_folder).failed


def test_files_are_listed_and_copied(memory: str, tmp_path: Path) -> None:
    files = list_remote(memory)
    assert [(file.path, file.size) for file in files] == [
        ("a/é.jpg", 3),
        ("a b/1.jpg", 3),
        ("c", 0),
    ]
    assert list(copy_files(memory, files, tmp_path, POLICY)) == [file.path for file in files]
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == FILES
    assert not list(tmp_path.rglob("*.part*"))


def test_what_is_there_is_not_copied_again(memory: str, tmp_path: Path) -> None:
    write_folder(tmp_path, {"a b/1.jpg": b"there"})
    list(copy_files(memory, list_remote(memory), tmp_path, POLICY))
    assert (tmp_path / "a b/1.jpg").read_bytes() == b"there"


def test_files_over_http(tmp_path: Path) -> None:
    served = write_folder(tmp_path / "served", FILES)
    names = [RemoteFile(name, None, "") for name in ("a b/1.jpg", "a/é.jpg", "gone.jpg")]
    with serve_folder(served) as url:
        found = list(copy_files(f"{url}/", names, tmp_path / "out", POLICY))
    assert found == ["a b/1.jpg", "a/é.jpg"]
    assert (tmp_path / "out/a/é.jpg").read_bytes() == b"two"


def test_a_server_that_is_gone(tmp_path: Path) -> None:
    with serve_folder(tmp_path) as url:
        pass
    with pytest.raises(NetworkError, match="attempts made: 2"):
        list(copy_files(url, [RemoteFile("a", None, "")], tmp_path, POLICY))


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


def test_a_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"file:///.* has no files"):
        list_remote(tmp_path.as_uri())


def test_urls_of_files() -> None:
    assert file_url("s3://bucket/a b", "c d/1") == "s3://bucket/a b/c d/1"
    assert file_url("http://h/x/", "a%20b") == "http://h/x/a%20b"
