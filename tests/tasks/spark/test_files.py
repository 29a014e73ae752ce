"""Files on a file system that only Hadoop reaches, and on this machine."""

from pathlib import Path

import pytest

from tasks.errors import DataError, SetupError, StorageError
from tasks.spark.files import HadoopFiles
from tasks.storage.locations import RemotePath


@pytest.mark.parametrize("name", ["plain", "a b", "50%", "ünïcode", "below/it"])
def test_what_is_written_is_read(
    hadoop: HadoopFiles, remote_folder: RemotePath, tmp_path: Path, name: str
) -> None:
    for place in (remote_folder, tmp_path):
        hadoop.write(b"\x00content\xff", place / name)
        assert hadoop.read(place / name) == b"\x00content\xff"
        assert hadoop.size(place / name) == 9
        assert hadoop.sizes(place) == {name: 9}
        hadoop.delete(place)
        assert hadoop.size(place / name) is None
        assert hadoop.sizes(place) == {}


def test_a_file_is_replaced(hadoop: HadoopFiles, remote_folder: RemotePath) -> None:
    for content in (b"first", b"second"):
        hadoop.write(content, remote_folder / "file")
    assert hadoop.read(remote_folder / "file") == b"second"


def test_a_copy_goes_there_and_back(
    hadoop: HadoopFiles, remote_folder: RemotePath, remote_store: Path, tmp_path: Path
) -> None:
    (tmp_path / "ours").write_bytes(b"content")
    hadoop.upload(tmp_path / "ours", remote_folder / "theirs")
    assert (remote_store / "theirs").read_bytes() == b"content"
    hadoop.download(remote_folder / "theirs", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"content"


def test_a_local_file_has_no_checksum_beside_it(hadoop: HadoopFiles, tmp_path: Path) -> None:
    hadoop.write(b"content", tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_written_is_named(hadoop: HadoopFiles) -> None:
    with pytest.raises(StorageError, match=r"^cannot write viewfs://graft/outside: \S"):
        hadoop.write(b"", RemotePath("viewfs://graft/outside"))


def test_what_cannot_be_read_is_named(hadoop: HadoopFiles, remote_folder: RemotePath) -> None:
    with pytest.raises(
        DataError, match=rf"^{remote_folder}/gone cannot be read \(.*docs/storage.md$"
    ):
        hadoop.read(remote_folder / "gone")


def test_a_mount_table_that_is_not_there_is_named(hadoop: HadoopFiles) -> None:
    with pytest.raises(SetupError, match=r"^viewfs://other/x cannot be reached .*Mount table"):
        hadoop.sizes(RemotePath("viewfs://other/x"))
