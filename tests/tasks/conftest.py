"""A real Spark with everything that a job's Spark has, and files that only Hadoop reaches."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest

from support.spark import spark_environ
from support.viewfs import ViewFs
from tasks.spark.cluster import Cluster, spark_cluster
from tasks.spark.files import HadoopFiles, hadoop_files
from tasks.storage.locations import RemotePath
from tasks.storage.paths import Home


@pytest.fixture(scope="session")
def cluster(graft_home: Home, short_lived_jvms: dict[str, str]) -> Iterator[Cluster]:
    """A Spark context of two cores with BigDL on it."""
    conf = {**short_lived_jvms, "spark.driver.memory": "3g"}
    environ = spark_environ(graft_home, "local[2]", conf)
    # py4j logs that it closes connections when pytest has closed its streams already.
    logging.getLogger("py4j").setLevel(logging.ERROR)
    with patch.dict(os.environ, environ), spark_cluster("tests") as started:
        yield started


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
