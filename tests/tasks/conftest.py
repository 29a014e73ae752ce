"""A real Spark, files that only Hadoop reaches, and a network other than Inception v1."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest

from benchmarks.standalone import standalone
from support.plain_slim import FloatArray
from support.spark import spark_environ
from support.tiny_network import TINY, draw_tiny_weights, write_tiny_archive
from support.viewfs import ViewFs
from tasks.features.bridge import Bridge
from tasks.networks.network import Network
from tasks.spark.cluster import Cluster, spark_cluster
from tasks.spark.files import HadoopFiles, hadoop_files
from tasks.spark.settings import submit_env
from tasks.storage.local_files import file_sha256
from tasks.storage.locations import RemotePath
from tasks.storage.paths import Home


@pytest.fixture(scope="session")
def tiny_network() -> Network:
    """A network whose sizes, scope and preprocessing are none of Inception v1's."""
    return TINY


@pytest.fixture(scope="session")
def tiny_weights() -> dict[str, FloatArray]:
    """A value for every variable of the tiny network."""
    return draw_tiny_weights()


@pytest.fixture(scope="session")
def tiny_checkpoint(
    tiny_weights: dict[str, FloatArray], graft_home: Home, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folder of the tiny network's fetched checkpoint."""
    from tasks.networks.checkpoint import fetch_checkpoint

    archive = write_tiny_archive(tmp_path_factory.mktemp("tiny"), tiny_weights)
    return fetch_checkpoint(archive, file_sha256(archive), TINY, graft_home.checkpoints).path


@pytest.fixture(scope="session")
def tiny_dump(tiny_checkpoint: Path, dataset: Path, graft_home: Home) -> Path:
    """Folder of the training split's dump through the tiny network."""
    from tasks.dumps.dump import dump_split

    made = dump_split(
        split="train",
        dataset=dataset,
        checkpoint=tiny_checkpoint,
        network=TINY,
        batch_size=4,
        home=graft_home,
    )
    assert isinstance(made.path, Path)
    return made.path


@pytest.fixture(scope="session")
def cluster(graft_home: Home, short_lived_jvms: dict[str, str]) -> Iterator[Cluster]:
    """A Spark context of two cores with BigDL on it."""
    conf = {**short_lived_jvms, "spark.driver.memory": "3g"}
    environ = spark_environ(graft_home, "local[2]", conf)
    # py4j logs that it closes connections when pytest has closed its streams already.
    logging.getLogger("py4j").setLevel(logging.ERROR)
    with patch.dict(os.environ, environ), spark_cluster("tests") as started:
        yield started


@pytest.fixture
def remote(cluster: Cluster, tmp_path: Path) -> RemotePath:
    """The test's folder by a URL that only Hadoop reads."""
    name = tmp_path.name.replace("_", "-").lower()
    conf = cluster.context._jsc.hadoopConfiguration()
    conf.set(f"fs.viewfs.mounttable.{name}.link./home", tmp_path.as_uri())
    return RemotePath(f"viewfs://{name}/home")


@pytest.fixture(scope="session")
def standalone_master() -> Iterator[str]:
    """The URL of a cluster of two executors with a core each."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in submit_env().items():
            patch.setenv(name, value)
        with standalone(workers=2, memory="1g") as started:
            yield started.master


@pytest.fixture(scope="session")
def bridge(cluster: Cluster) -> Bridge:
    """The bridge to that Spark context's JVM."""
    return Bridge(cluster.context)


@pytest.fixture(scope="session")
def hadoop(viewfs: ViewFs) -> Iterator[HadoopFiles]:
    """Hadoop's file systems in a JVM that knows ``viewfs``."""
    with ExitStack() as stack:
        # Hadoop reads its configuration when the JVM starts.
        with patch.dict(os.environ, {"HADOOP_CONF_DIR": str(viewfs.conf)}):
            files = stack.enter_context(hadoop_files())
        yield files


@pytest.fixture
def remote_folder(viewfs: ViewFs, tmp_path: Path) -> RemotePath:
    """An empty folder that only Hadoop reaches."""
    return RemotePath(viewfs.url) / tmp_path.name


@pytest.fixture
def remote_store(viewfs: ViewFs, tmp_path: Path) -> Path:
    """The folder in which the files of ``remote_folder`` really are."""
    return viewfs.store / tmp_path.name
