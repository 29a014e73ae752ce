"""Dumps on a file system that only Hadoop reaches."""

import shutil
from pathlib import Path

import pytest

from support.damage import flip_byte_there
from support.viewfs import ViewFs
from tasks.dumps.description import DUMP_FILES, read_dump
from tasks.dumps.dump import dump_split
from tasks.errors import DataError, SetupError
from tasks.networks.inception import INCEPTION_V1
from tasks.spark.files import HadoopFiles
from tasks.storage.artifact import Artifact
from tasks.storage.locations import RemotePath
from tasks.storage.paths import Home


@pytest.fixture(scope="module")
def dump(
    viewfs: ViewFs,
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
    dump: Artifact, hadoop: HadoopFiles, viewfs: ViewFs, dataset: Path
) -> None:
    assert str(dump.path) == f"{viewfs.url}/published/dumps/{dump.digest}"
    assert dump.as_dict()["path"] == str(dump.path)
    pipeline = read_dump(dump.path, hadoop)
    assert pipeline.path == dump.path
    for shard in pipeline.shards:
        assert str(shard.path).startswith(f"{viewfs.url}/published/datasets/{dataset.name}/")
        assert hadoop.size(shard.path) == shard.bytes
        assert str(shard.path).encode() in hadoop.read(dump.path / "model.pb")


def test_a_shard_that_is_gone_is_named(dump: Artifact, hadoop: HadoopFiles, viewfs: ViewFs) -> None:
    shard = read_dump(dump.path, hadoop).shards[0]
    real = viewfs.store / str(shard.path).removeprefix(f"{viewfs.url}/")
    shutil.move(real, f"{real}.moved")
    try:
        with pytest.raises(DataError, match=f"reads {shard.path}, which is missing, expected"):
            read_dump(dump.path, hadoop)
    finally:
        shutil.move(f"{real}.moved", real)


@pytest.mark.parametrize("name", DUMP_FILES)
def test_a_flipped_byte_is_named(
    name: str, dump: Artifact, hadoop: HadoopFiles, viewfs: ViewFs
) -> None:
    content = hadoop.read(dump.path / name)
    flip_byte_there(hadoop, dump.path / name)
    try:
        with pytest.raises(DataError, match=f"^{dump.path}/{name} has another content, by its SHA"):
            read_dump(dump.path, hadoop)
    finally:
        hadoop.write(content, dump.path / name)
    assert read_dump(dump.path, hadoop).split == "train"


def test_a_url_that_is_no_dump_is_named(hadoop: HadoopFiles, remote_folder: RemotePath) -> None:
    with pytest.raises(DataError, match=f"^{remote_folder} is not a dump: it has no pipeline.json"):
        read_dump(remote_folder, hadoop)


def test_without_hadoop_it_says_what_to_set(dump: Artifact) -> None:
    with pytest.raises(SetupError, match=r"is no file of this machine: set GRAFT_HOME to the"):
        read_dump(dump.path)
