"""Files, published artefacts and dumps on a file system that only Hadoop reaches."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.dumps.description import read_dump
from tasks.dumps.dump import dump_split
from tasks.errors import DataError, SetupError, StorageError
from tasks.networks.inception import INCEPTION_V1
from tasks.spark.files import HadoopFiles, hadoop_files
from tasks.spark.publish import publish
from tasks.spark.shared_artifact import find_manifest
from tasks.storage.artifact import MANIFEST, Artifact, build
from tasks.storage.locations import RemotePath
from tasks.storage.paths import Home


@pytest.fixture(scope="module")
def files(viewfs: Any) -> Iterator[HadoopFiles]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HADOOP_CONF_DIR", str(viewfs.conf))
        with hadoop_files() as started:
            yield started


@pytest.fixture
def folder(viewfs: Any, tmp_path: Path) -> RemotePath:
    """An empty folder there."""
    return RemotePath(viewfs.url) / tmp_path.name


@pytest.fixture
def store(viewfs: Any, tmp_path: Path) -> Path:
    """Where the files of ``folder`` are."""
    return Path(viewfs.store / tmp_path.name)


@pytest.mark.parametrize("name", ["plain", "a b", "50%", "ünïcode", "below/it"])
def test_what_is_written_is_read(
    files: HadoopFiles, folder: RemotePath, tmp_path: Path, name: str
) -> None:
    for place in (folder, tmp_path):
        files.write(b"\x00content\xff", place / name)
        assert files.read(place / name) == b"\x00content\xff"
        assert files.size(place / name) == 9
        assert files.sizes(place) == {name: 9}
        files.delete(place)
        assert files.size(place / name) is None
        assert files.sizes(place) == {}


def test_a_file_is_replaced(files: HadoopFiles, folder: RemotePath) -> None:
    for content in (b"first", b"second"):
        files.write(content, folder / "file")
    assert files.read(folder / "file") == b"second"


def test_a_copy_goes_there_and_back(
    files: HadoopFiles, folder: RemotePath, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "ours").write_bytes(b"content")
    files.upload(tmp_path / "ours", folder / "theirs")
    assert (store / "theirs").read_bytes() == b"content"
    files.download(folder / "theirs", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"content"


def test_a_local_file_has_no_checksum_beside_it(files: HadoopFiles, tmp_path: Path) -> None:
    files.write(b"content", tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_written_is_named(files: HadoopFiles) -> None:
    with pytest.raises(StorageError, match=r"^cannot write viewfs://graft/outside: \S"):
        files.write(b"", RemotePath("viewfs://graft/outside"))


def test_what_cannot_be_read_is_named(files: HadoopFiles, folder: RemotePath) -> None:
    with pytest.raises(DataError, match=rf"^{folder}/gone cannot be read \(.*docs/storage.md$"):
        files.read(folder / "gone")


def test_a_mount_table_that_is_not_there_is_named(files: HadoopFiles) -> None:
    with pytest.raises(SetupError, match=r"^viewfs://other/x cannot be reached .*Mount table"):
        files.sizes(RemotePath("viewfs://other/x"))


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A local artefact of two files."""

    def make(folder: Path) -> None:
        (folder / "one").write_text("1")
        (folder / "two").mkdir()
        (folder / "two" / "three").write_text("333")

    return build(tmp_path / "artefacts", {"a": 1}, make).path


class TestPublish:
    def test_copies_once(
        self, files: HadoopFiles, local: Path, folder: RemotePath, store: Path
    ) -> None:
        assert publish(local, folder, files)
        assert (store / "two" / "three").read_text() == "333"
        before = (store / MANIFEST).stat().st_mtime_ns
        assert not publish(local, folder, files)
        assert (store / MANIFEST).stat().st_mtime_ns == before

    def test_copies_the_rest_after_a_kill(
        self, files: HadoopFiles, local: Path, folder: RemotePath, store: Path
    ) -> None:
        publish(local, folder, files)
        before = (store / "one").stat().st_mtime_ns
        for name in (MANIFEST, "two/three"):
            files.delete(folder / name)
        assert find_manifest(files, folder) is None
        assert publish(local, folder, files)
        assert (store / "two" / "three").read_text() == "333"
        assert (store / "one").stat().st_mtime_ns == before

    def test_mends_what_was_changed(
        self,
        files: HadoopFiles,
        local: Path,
        folder: RemotePath,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        publish(local, folder, files)
        files.write(b"longer", folder / "one")
        assert find_manifest(files, folder) is None
        assert f"{folder} was changed after it was made (one)" in caplog.text
        assert publish(local, folder, files)
        assert files.read(folder / "one") == b"1"

    def test_a_manifest_that_is_none_is_written_again(
        self, files: HadoopFiles, local: Path, folder: RemotePath
    ) -> None:
        publish(local, folder, files)
        files.write(b"{", folder / MANIFEST)
        assert publish(local, folder, files)
        assert json.loads(files.read(folder / MANIFEST))["recipe"] == {"a": 1}


class TestDump:
    @pytest.fixture(scope="class")
    def dump(
        self,
        viewfs: Any,
        dataset: Path,
        checkpoint: Path,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Artifact:
        home = Home(tmp_path_factory.mktemp("local"), RemotePath(f"{viewfs.url}/published"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HADOOP_CONF_DIR", str(viewfs.conf))
            return dump_split(
                split="train",
                dataset=dataset,
                checkpoint=checkpoint,
                network=INCEPTION_V1,
                batch_size=4,
                home=home,
            )

    def test_is_where_executors_find_it_with_its_shards(
        self, dump: Artifact, files: HadoopFiles, viewfs: Any, dataset: Path
    ) -> None:
        assert str(dump.path) == f"{viewfs.url}/published/dumps/{dump.digest}"
        assert dump.as_dict()["path"] == str(dump.path)
        pipeline = read_dump(dump.path, files)
        assert pipeline.path == dump.path
        for shard in pipeline.shards:
            assert str(shard.path).startswith(f"{viewfs.url}/published/datasets/{dataset.name}/")
            assert files.size(shard.path) == shard.bytes
            assert str(shard.path).encode() in files.read(dump.path / "model.pb")

    def test_a_shard_that_is_gone_is_named(
        self, dump: Artifact, files: HadoopFiles, viewfs: Any
    ) -> None:
        shard = read_dump(dump.path, files).shards[0]
        real = viewfs.store / str(shard.path).removeprefix(f"{viewfs.url}/")
        shutil.move(real, f"{real}.moved")
        try:
            with pytest.raises(DataError, match=f"reads {shard.path}, which is missing, expected"):
                read_dump(dump.path, files)
        finally:
            shutil.move(f"{real}.moved", real)

    def test_a_url_that_is_no_dump_is_named(self, files: HadoopFiles, folder: RemotePath) -> None:
        with pytest.raises(DataError, match=f"^{folder} is not a dump: it has no pipeline.json"):
            read_dump(folder, files)

    def test_without_hadoop_it_says_what_to_set(self, dump: Artifact) -> None:
        with pytest.raises(SetupError, match=r"is no file of this machine: set GRAFT_HOME to the"):
            read_dump(dump.path)
