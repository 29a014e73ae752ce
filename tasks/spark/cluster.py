"""Joins the Spark that ``spark-submit`` started and makes BigDL ready on it."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.errors import ClusterError, SetupError
from tasks.spark.authentication import SECRET, authentication_conf
from tasks.spark.bigdl import init_bigdl, quiet, require_bigdl, silence_stdout
from tasks.spark.executors import wait_for_executors
from tasks.spark.package import pack_tasks
from tasks.spark.private_conf import private_conf
from tasks.spark.settings import is_local, network_conf
from tasks.spark.user import log_in
from tasks.storage.local_files import storage_errors

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cluster:
    """The Spark that the job runs on.

    Attributes:
        context: the Spark context.
        master: Spark's master URL.
        cores: tasks that run at once, on all executors together.
        executors: number of executors beside the driver; 0 on a local master.
    """

    context: Any
    master: str
    cores: int
    executors: int = 0

    @property
    def heap_mib(self) -> float:
        """The largest heap that the driver's JVM may have."""
        return float(self.context._jvm.java.lang.Runtime.getRuntime().maxMemory() / 2**20)

    @property
    def is_local(self) -> bool:
        """True if driver and executors are one JVM."""
        return is_local(self.master)


@contextmanager
def spark_cluster(name: str) -> Iterator[Cluster]:
    """Start a Spark context with BigDL on it, yield it and stop it.

    Args:
        name: the application's name on Spark's pages.

    Raises:
        SetupError: BigDL is not on the driver's class path, or the number of executors is not set.
        ClusterError: the master does not answer, or gives fewer executors than asked for.
    """
    with spark_context(name) as spark:
        silence_stdout(spark._jvm)
        require_bigdl(spark._jvm)
        yield _with_bigdl(spark)


@contextmanager
def spark_context(name: str) -> Iterator[Any]:
    """Start a Spark context whose Python workers can import ``tasks``, yield it and stop it.

    Args:
        name: the application's name on Spark's pages.

    Raises:
        SetupError: Spark does not start on a local master.
        ClusterError: the master does not answer.
    """
    spark = _connect(name)
    # Executors fetch the package when their first task starts, so it stays until Spark stops.
    with tempfile.TemporaryDirectory(prefix="graft-tasks-") as folder:
        try:
            if spark.uiWebUrl:
                logger.info("Spark UI: %s", spark.uiWebUrl)
            with storage_errors(Path(folder)):
                spark.addPyFile(pack_tasks(Path(folder)))
            yield spark
        finally:
            spark.stop()


def _with_bigdl(spark: Any) -> Cluster:
    """Return the cluster when all of its executors are there and BigDL is ready on them."""
    if asked := int(spark.getConf().get("spark.executor.instances", "0")):
        # Wait here: Spark would wait as long again before the first of BigDL's own tasks.
        wait_for_executors(spark, asked)
    with quiet():
        executors, cores = init_bigdl()
    if is_local(spark.master):
        # Not BigDL's count, which is half the cores of local[*].
        return Cluster(spark, spark.master, spark.defaultParallelism)
    wait_for_executors(spark, executors)
    return Cluster(spark, spark.master, executors * cores, executors)


def _connect(name: str) -> Any:
    from py4j.protocol import Py4JJavaError
    from pyspark import SparkConf, SparkContext

    # With the JVM running, a new SparkConf has the settings of spark-submit.
    SparkContext._ensure_initialized()
    log_in(SparkContext._jvm, os.environ)
    conf = SparkConf().setAppName(name)
    master = conf.get("spark.master", "")
    conf.setAll(network_conf(master, os.environ).items())
    # Here, and not as options of spark-submit, which every user of the machine could see.
    conf.setAll(authentication_conf(master, os.environ).items())
    conf.setAll(private_conf(os.environ).items())
    if conf.get("spark.ui.enabled", "") == "false":
        logger.info("Spark UI: off (graft train, or SPARK_LOCAL_IP=127.0.0.1, has one)")
    try:
        return SparkContext(conf=conf)
    except Py4JJavaError as error:
        problem = f"Spark does not start at {master}: {error.java_exception.getMessage()}"
        if is_local(master):
            raise SetupError(problem) from error
        raise ClusterError(
            f"{problem}; check that its master is up, and that {SECRET} is its secret, or not set "
            "if it has none"
        ) from error
