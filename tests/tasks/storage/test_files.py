"""Files of this machine, read as those of any other place are."""

from pathlib import Path

import pytest

from tasks.errors import SetupError
from tasks.storage.files import LOCAL
from tasks.storage.locations import RemotePath


def test_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00content")
    assert LOCAL.size(tmp_path / "file") == 8
    assert LOCAL.read(tmp_path / "file") == b"\x00content"


def test_an_empty_file_has_a_size(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert LOCAL.size(tmp_path / "empty") == 0
    assert LOCAL.read(tmp_path / "empty") == b""


def test_what_is_no_file_has_none(tmp_path: Path) -> None:
    assert LOCAL.size(tmp_path) is None
    assert LOCAL.size(tmp_path / "nowhere") is None


@pytest.mark.parametrize("method", ["size", "read"])
def test_a_remote_file_says_what_to_set(method: str) -> None:
    message = "^s3a://bucket/dump is no file of this machine: set GRAFT_HOME to the URL that it was"
    with pytest.raises(SetupError, match=message):
        getattr(LOCAL, method)(RemotePath("s3a://bucket/dump"))
