"""Files on a file system that only Hadoop reaches, and on this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from py4j.java_gateway import JavaClass

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


class TestLocalCopy:
    """Copies of remote files that BigDL reads, which knows local ones only."""

    NAME = "unlike-any-other.bin"
    CONTENT = b"\x00weights\xff"

    @pytest.fixture
    def local_copy(self, hadoop: HadoopFiles) -> Callable[[str], str]:
        """Returns the path of the copy of a file."""
        scala = java_class(hadoop, "com.intel.analytics.bigdl.graft.LocalCopy")
        return lambda url: str(scala.apply(url, hadoop._configuration))

    @pytest.fixture
    def copy(
        self, hadoop: HadoopFiles, remote_folder: RemotePath, local_copy: Callable[[str], str]
    ) -> str:
        """The path of a copy."""
        hadoop.write(self.CONTENT, remote_folder / self.NAME)
        return local_copy(str(remote_folder / self.NAME))

    def test_is_made_once_for_as_long_as_the_jvm_lives(
        self,
        hadoop: HadoopFiles,
        remote_folder: RemotePath,
        copy: str,
        local_copy: Callable[[str], str],
    ) -> None:
        hadoop.delete(remote_folder)
        java_class(hadoop, "java.lang.System").gc()
        assert local_copy(str(remote_folder / self.NAME)) == copy
        for _ in range(2):
            assert hadoop.read(Path(copy)) == self.CONTENT
        assert hadoop.size(Path(copy)) == len(self.CONTENT)

    @pytest.mark.usefixtures("copy")
    def test_is_no_file_that_a_killed_jvm_leaves(self, hadoop: HadoopFiles) -> None:
        folder = java_class(hadoop, "java.lang.System").getProperty("java.io.tmpdir")
        assert not list(Path(folder).glob(f"*{self.NAME}"))

    def test_of_a_local_file_is_the_file(self, local_copy: Callable[[str], str]) -> None:
        assert local_copy("/dumps/model.bin") == "/dumps/model.bin"


def java_class(hadoop: HadoopFiles, name: str) -> Any:
    """Return a class of the JVM behind the files."""
    return JavaClass(name, hadoop._storage._gateway_client)
