"""Joins the Spark that ``spark-submit`` started and makes BigDL ready on it."""

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.artifact import storage_errors
from tasks.errors import SetupError
from tasks.paths import CHECKOUT

logger = logging.getLogger(__name__)

_LOG_PROPERTY = "graft.optimizerLog"


@dataclass(frozen=True)
class Cluster:
    """Where the job runs.

    Attributes:
        context: the Spark context.
        master: Spark's master URL.
        cores: how many tasks run at once, on all nodes together.
    """

    context: Any
    master: str
    cores: int

    @property
    def heap_mib(self) -> float:
        """The largest heap that the driver's JVM may have."""
        return float(self.context._jvm.java.lang.Runtime.getRuntime().maxMemory() / 2**20)

    @property
    def is_local(self) -> bool:
        """Whether driver and executors are one JVM."""
        return is_local(self.master)


def is_local(master: str) -> bool:
    """Whether a master URL makes driver and executors one JVM; ``local-cluster[...]`` does not."""
    return master == "local" or master.startswith("local[")


@contextmanager
def spark_cluster(name: str) -> Iterator[Cluster]:
    """Start a Spark context with BigDL on it, yield it and stop it.

    Raises:
        SetupError: BigDL is not on the driver's class path.
    """
    from pyspark import SparkConf, SparkContext

    context = SparkContext(conf=SparkConf().setAppName(name))
    # Executors fetch the package when their first task starts, so it stays until Spark stops.
    with tempfile.TemporaryDirectory() as folder:
        try:
            _silence(context._jvm)
            _require_bigdl(context._jvm)
            with storage_errors(Path(folder)):
                context.addPyFile(_pack_tasks(Path(folder)))
            with quiet():
                engine_cores = _init_bigdl()
            # BigDL counts half the cores of local[*].
            local = is_local(context.master)
            cores = context.defaultParallelism if local else engine_cores
            yield Cluster(context, context.master, cores)
        finally:
            context.stop()


@contextmanager
def quiet() -> Iterator[None]:
    """Swallow what BigDL's Python side prints about every layer that it creates."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123 - a device
        yield


def wait_for_tasks(context: Any, seconds: float = 10.0) -> None:
    """Wait until no task runs, those of cancelled jobs included.

    A task that outlives its Spark context logs a trace that has nothing to do with its error.
    """
    deadline = time.monotonic() + seconds
    status = context._jsc.sc().statusTracker()
    while time.monotonic() < deadline:
        if not any(executor.numRunningTasks() for executor in status.getExecutorInfos()):
            return
        time.sleep(0.05)


def log_optimizer_to(context: Any, path: Path) -> None:
    """Have log4j write the optimiser's lines to ``path`` from now on."""
    jvm = context._jvm
    jvm.java.lang.System.setProperty(_LOG_PROPERTY, str(path))
    jvm.org.apache.logging.log4j.LogManager.getContext(False).reconfigure()


def _silence(jvm: Any) -> None:
    """Close the JVM's standard output, where BigDL prints every class that it registers.

    What this Python writes does not pass through it.
    """
    system = jvm.java.lang.System
    nowhere = jvm.java.io.OutputStream.nullOutputStream()
    system.setOut(jvm.java.io.PrintStream(nowhere))


def _require_bigdl(jvm: Any) -> None:
    engine = "com.intel.analytics.bigdl.dllib.utils.Engine"
    try:
        jvm.java.lang.Class.forName(engine)
    except Exception as error:
        raise SetupError(
            f"{engine} is not on the driver's class path: source env.sh before spark-submit, or "
            "pass --conf spark.driver.extraClassPath and spark.executor.extraClassPath with "
            "BigDL's jar"
        ) from error


def _init_bigdl() -> int:
    from bigdl.dllib.utils.common import get_node_and_core_number, init_engine

    try:
        init_engine()
    except Exception as error:
        raise SetupError(
            "BigDL cannot tell how many cores the cluster has: submit with --executor-cores and "
            f"--total-executor-cores or --num-executors ({str(error).strip().splitlines()[-1]})"
        ) from error
    nodes, cores = get_node_and_core_number()
    return int(nodes * cores)


def _pack_tasks(folder: Path) -> str:
    """Zip this package for Python workers, which know nothing of the checkout."""
    package = folder / "package"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "tasks", package / "tasks", ignore=ignored)
    return shutil.make_archive(str(folder / "tasks"), "zip", package)
