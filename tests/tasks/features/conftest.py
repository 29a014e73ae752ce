"""A real Spark for the engines' tests, with everything that a job's Spark has."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from tasks.environment import write_spark_defaults
from tasks.features.chunks import Chunk
from tasks.paths import Home
from tasks.spark_cluster import Cluster, spark_cluster
from tasks.spark_settings import submit_env
from tasks.tfrecord import write_records


@pytest.fixture(scope="session")
def cluster(graft_home: Home) -> Iterator[Cluster]:
    """A Spark context of two cores with BigDL on it."""
    write_spark_defaults(graft_home)
    environ = {
        **submit_env(),
        "SPARK_CONF_DIR": str(graft_home.spark_conf),
        "PYSPARK_SUBMIT_ARGS": "--master local[2] --driver-memory 3g pyspark-shell",
    }
    # It tells when it closes connections, as late as when pytest's streams are closed already.
    logging.getLogger("py4j").setLevel(logging.ERROR)
    with patch.dict(os.environ, environ), spark_cluster("tests") as started:
        yield started


@pytest.fixture
def shard_of(
    encode: Callable[[bytes, int], bytes], tmp_path: Path
) -> Callable[[Sequence[bytes]], Chunk]:
    """Writes pictures as a shard, labels counting from 0, and returns the chunk that is all."""

    def write(pictures: Sequence[bytes]) -> Chunk:
        path = tmp_path / "odd_train_00000-of-00001.tfrecord"
        write_records(path, [encode(picture, label) for label, picture in enumerate(pictures)])
        return Chunk(str(path), offset=0, skip=0, first=0, records=len(pictures))

    return write


@pytest.fixture(scope="session")
def noise() -> np.random.Generator:
    return np.random.default_rng(11)
