"""A real Spark with everything that a job's Spark has."""

import logging
import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from deploy.environment import write_spark_defaults
from tasks.features.bridge import Bridge
from tasks.spark.cluster import Cluster, spark_cluster
from tasks.spark.settings import submit_env
from tasks.storage.paths import Home


@pytest.fixture(scope="session")
def cluster(graft_home: Home, short_lived_jvms: dict[str, str]) -> Iterator[Cluster]:
    """A Spark context of two cores with BigDL on it."""
    write_spark_defaults(graft_home)
    conf = " ".join(f"--conf {name}={value}" for name, value in short_lived_jvms.items())
    environ = {
        **submit_env(),
        "SPARK_CONF_DIR": str(graft_home.spark_conf),
        "PYSPARK_SUBMIT_ARGS": f"--master local[2] --driver-memory 3g {conf} pyspark-shell",
    }
    # It tells when it closes connections, as late as when pytest's streams are closed already.
    logging.getLogger("py4j").setLevel(logging.ERROR)
    with patch.dict(os.environ, environ), spark_cluster("tests") as started:
        yield started


@pytest.fixture(scope="session")
def bridge(cluster: Cluster) -> Bridge:
    """The bridge to that Spark context's JVM."""
    return Bridge(cluster.context)
