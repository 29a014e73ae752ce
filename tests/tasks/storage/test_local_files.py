"""Files that are written whole or not at all, and errors that name them."""

import errno
import json
import shutil
from pathlib import Path

import pytest

from tasks.errors import StorageError
from tasks.storage.local_files import (
    file_sha256,
    free_space,
    read_json_file,
    storage_errors,
    write_json,
    write_text,
)


def test_message_names_the_file_of_the_error(tmp_path: Path) -> None:
    message = "cannot write /some/file: Read-only file system"
    with pytest.raises(StorageError, match=message), storage_errors(tmp_path):
        raise OSError(errno.EROFS, "read-only", "/some/file")


def test_other_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), storage_errors(tmp_path):
        (tmp_path / "nowhere").read_text()


def test_write_json_replaces(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    write_json(path, {"a": 1})
    write_json(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 2}
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


def test_write_json_that_fails_keeps_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert json.loads(path.read_text()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_file_sha256(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert file_sha256(tmp_path / "empty").startswith("e3b0c44298fc1c149afbf4c8996fb924")


def test_file_sha256_of_more_than_a_block(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"a" * 1_000_000)
    # The third test vector of FIPS 180-2.
    expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    assert file_sha256(tmp_path / "large") == expected


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_left_tells_what_is_free(tmp_path: Path, number: int) -> None:
    message = rf"^no room left while writing {tmp_path}/a: [\d,]+ MiB free; make room or set GRAFT"
    with pytest.raises(StorageError, match=message), storage_errors(tmp_path / "a"):
        raise OSError(number, "no room")


def test_without_a_file_of_its_own_an_error_is_of_the_path(tmp_path: Path) -> None:
    message = f"^cannot write {tmp_path}: Permission denied; set GRAFT_HOME to a folder"
    with pytest.raises(StorageError, match=message), storage_errors(tmp_path):
        raise PermissionError(errno.EACCES, "no")


def test_a_text_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=rf"^cannot write {tmp_path}/file.*; set GRAFT_HOME to"):
        write_text(tmp_path / "file" / "below", "text")


def test_write_text_is_utf_8_and_keeps_its_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "naïve\nlast")
    assert (tmp_path / "a").read_bytes() == b"na\xc3\xafve\nlast"


def test_free_space_is_that_of_the_nearest_folder_there_is(tmp_path: Path) -> None:
    existing, free = free_space(tmp_path / "not" / "yet" / "there")
    assert existing == tmp_path
    assert 0 < free <= shutil.disk_usage(tmp_path).total


def test_a_json_file_is_read(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": [1, "é"]})
    assert read_json_file(tmp_path / "a.json") == {"a": [1, "é"]}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[" * 100_000, "^it is nested too deep$"),
        (b'{"a": ', "Expecting value"),
        (b"\xff", "decode"),
        (b'"' + b"a" * 100 + b'"', "^it has more than 100 bytes$"),
    ],
)
def test_a_json_file_that_is_damaged_or_hostile(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ValueError, match=told):
        read_json_file(tmp_path / "a.json", max_bytes=100 if content[:1] == b'"' else 2**20)
