import doctest
from pathlib import Path

import pytest

from support.downloads import QUICK, folder_in_memory
from support.http_server import ScriptedServer, serve_folder
from support.sources import write_folder
from tasks.download import remote_folder
from tasks.download.credentials import Credentials
from tasks.download.remote_folder import copy_files, file_url
from tasks.download.remote_listing import RemoteFile, list_remote
from tasks.errors import DataError, NetworkError

FILES = {"a b/1.jpg": b"one", "a/é.jpg": b"two", "c": b""}


@pytest.fixture
def memory() -> str:
    """URL of a folder in fsspec's memory."""
    return folder_in_memory(FILES)


def test_examples() -> None:
    assert not doctest.testmod(remote_folder).failed


def test_files_are_listed_and_copied(memory: str, tmp_path: Path) -> None:
    files = list_remote(memory)
    assert [(file.path, file.size) for file in files] == [
        ("a/é.jpg", 3),
        ("a b/1.jpg", 3),
        ("c", 0),
    ]
    assert list(copy_files(memory, files, tmp_path, QUICK)) == [file.path for file in files]
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == FILES
    assert not list(tmp_path.rglob("*.part*"))


def test_what_is_there_is_not_copied_again(memory: str, tmp_path: Path) -> None:
    write_folder(tmp_path, {"a b/1.jpg": b"there"})
    list(copy_files(memory, list_remote(memory), tmp_path, QUICK))
    assert (tmp_path / "a b/1.jpg").read_bytes() == b"there"


def test_files_over_http(tmp_path: Path) -> None:
    served = write_folder(tmp_path / "served", FILES)
    names = [RemoteFile(name, None, "") for name in ("a b/1.jpg", "a/é.jpg", "gone.jpg")]
    with serve_folder(served) as url:
        found = list(copy_files(f"{url}/", names, tmp_path / "out", QUICK))
    assert found == ["a b/1.jpg", "a/é.jpg"]
    assert (tmp_path / "out/a/é.jpg").read_bytes() == b"two"


def test_a_server_that_is_gone(tmp_path: Path) -> None:
    with serve_folder(tmp_path) as url:
        pass
    with pytest.raises(NetworkError, match="attempts made: 2"):
        list(copy_files(url, [RemoteFile("a", None, "")], tmp_path, QUICK))


def test_urls_of_files() -> None:
    assert file_url("s3://bucket/a b", "c d/1") == "s3://bucket/a b/c d/1"
    assert file_url("http://h/x/", "a%20b") == "http://h/x/a%20b"


@pytest.mark.parametrize("size", [None, 3])
def test_files_that_are_too_large_together(memory: str, tmp_path: Path, size: int | None) -> None:
    files = [RemoteFile(name, size, "") for name in ("a b/1.jpg", "a/é.jpg")]
    with pytest.raises(DataError, match=r"^memory://graft has 6 bytes or more, expected at most 5"):
        list(copy_files(memory, files, tmp_path, QUICK, max_bytes=5))


def test_one_file_that_is_too_large_is_not_taken_for_a_missing_one(
    memory: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"1.jpg has 3 bytes or more, expected at most 2;"):
        list(copy_files(memory, [RemoteFile("a b/1.jpg", None, "")], tmp_path, QUICK, max_bytes=2))


def test_every_file_is_asked_for_with_the_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ScriptedServer()
    server.start()
    names = [RemoteFile(name, None, "") for name in ("a.jpg", "b.jpg")]
    url = server.url.removesuffix("flowers.tar.gz")
    login = Credentials("me", "pa55")
    assert list(copy_files(url, names, tmp_path, QUICK, credentials=login)) == ["a.jpg", "b.jpg"]
    server.stop()
    assert [headers["Authorization"] for _, headers in server.requests] == [
        "Basic bWU6cGE1NQ=="
    ] * 2
