from pathlib import Path

import pytest

from tasks.errors import SetupError
from tasks.storage.files import LOCAL, sha256_of_all
from tasks.storage.local_files import file_sha256
from tasks.storage.locations import RemotePath

REMOTE = RemotePath("s3a://bucket/graft")


def test_local_files_are_listed_with_their_sizes(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "b").write_bytes(b"22")
    (tmp_path / "a").write_bytes(b"1")
    assert LOCAL.sizes(tmp_path) == {"a": 1, "below/b": 2}
    assert LOCAL.sizes(tmp_path / "nowhere") == {}
    assert LOCAL.size(tmp_path / "a") == 1
    assert LOCAL.size(tmp_path / "below") is None
    assert LOCAL.read(tmp_path / "a") == b"1"


def test_digests_of_several_files_are_by_their_names(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text(name * 1000)
    told: list[int] = []
    found = sha256_of_all(LOCAL, {name: tmp_path / name for name in "abc"}, told.append)
    assert found == {name: file_sha256(tmp_path / name) for name in "abc"}
    assert sum(told) == 3000


@pytest.mark.parametrize("method", ["sizes", "size", "read", "sha256"])
def test_a_remote_file_needs_hadoop(method: str) -> None:
    with pytest.raises(SetupError, match=r"^s3a://bucket/graft is no file of this machine: set"):
        getattr(LOCAL, method)(REMOTE)
