import os
from pathlib import Path

import pytest

from tasks.errors import ParamsError
from tasks.storage.locations import RemotePath, expanded, local_path, location, require_folder


@pytest.mark.parametrize("url", ["s3a://bucket/a b", "hdfs://host:8020/x", "viewfs://graft/home"])
def test_a_url_keeps_its_two_slashes(url: str) -> None:
    assert str(location(url)) == url
    assert str(location(f"{url}/") / "b/c") == f"{url}/b/c"


def test_a_name_is_the_last_part() -> None:
    assert RemotePath("s3a://bucket/a/shard.tfrecord").name == "shard.tfrecord"


@pytest.mark.parametrize("text", ["/a/b", "a/b", "a:b", "~/work"])
def test_what_is_no_url_is_a_path(text: str) -> None:
    assert location(text) == Path(text)


def test_a_file_url_is_a_path() -> None:
    assert location("file:///a/b%20c") == Path("/a/b c")


@pytest.mark.parametrize("name", [b"caf\xe9", "雛 #?%".encode(), b"100%25"])
def test_a_file_url_keeps_every_byte_of_a_name(name: bytes) -> None:
    path = Path("/a", os.fsdecode(name))
    assert local_path(path.as_uri()) == location(path.as_uri()) == path


def test_a_user_is_no_password() -> None:
    url = "abfss://container@account.dfs.core.windows.net/graft"
    assert location(url) == RemotePath(url)


def test_a_password_is_refused_and_not_shown() -> None:
    with pytest.raises(ParamsError, match="a s3a:// URL has a password in it") as caught:
        location("s3a://KEY:topsecret@bucket/graft")
    assert "topsecret" not in str(caught.value)
    assert "core-site.xml" in str(caught.value)


def test_a_home_folder_is_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert expanded("~/pictures") == Path("/home/ann/pictures")
    assert expanded("hdfs:///~/pictures") == RemotePath("hdfs:///~/pictures")


@pytest.mark.parametrize("text", ["hdfs:///pictures", "s3a://bucket/pictures", "/"])
def test_a_folder_is_one(text: str) -> None:
    require_folder(location(text))


def test_a_whole_file_system_is_no_folder() -> None:
    with pytest.raises(ParamsError, match=r"^s3a://bucket is a whole file system, expected a "):
        require_folder(location("s3a://bucket"))
