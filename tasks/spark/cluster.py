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

from tasks.errors import ClusterError, GraftError, SetupError
from tasks.spark.settings import is_local
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import CHECKOUT

logger = logging.getLogger(__name__)

_LOG_PROPERTY = "graft.optimizerLog"
_PATIENCE = "spark.scheduler.maxRegisteredResourcesWaitingTime"
_SECONDS_PER_LINE = 10
_SECONDS_TO_HEAR = 3


@dataclass(frozen=True)
class Cluster:
    """Where the job runs.

    Attributes:
        context: the Spark context.
        master: Spark's master URL.
        cores: how many tasks run at once, on all executors together.
        executors: how many there are beside the driver; none on a local master.
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
        """Whether driver and executors are one JVM."""
        return is_local(self.master)


@contextmanager
def spark_cluster(name: str) -> Iterator[Cluster]:
    """Start a Spark context with BigDL on it, yield it and stop it.

    Raises:
        SetupError: BigDL is not on the driver's class path, or no one says how many executors.
        ClusterError: the master does not answer, or gives fewer executors than asked for.
    """
    context = _connect(name)
    # Executors fetch the package when their first task starts, so it stays until Spark stops.
    with tempfile.TemporaryDirectory() as folder:
        try:
            _silence(context._jvm)
            _require_bigdl(context._jvm)
            if context.uiWebUrl:
                logger.info("Spark UI: %s", context.uiWebUrl)
            with storage_errors(Path(folder)):
                context.addPyFile(_pack_tasks(Path(folder)))
            if asked := int(context.getConf().get("spark.executor.instances", "0")):
                # Spark would wait as long before the first of BigDL's own tasks.
                wait_for_executors(context, asked)
            with quiet():
                executors, cores = _init_bigdl()
            if is_local(context.master):
                # BigDL counts half the cores of local[*].
                yield Cluster(context, context.master, context.defaultParallelism)
            else:
                wait_for_executors(context, executors)
                yield Cluster(context, context.master, executors * cores, executors)
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
    while time.monotonic() < deadline and _count_tasks(context):
        time.sleep(0.05)


def wait_for_executors(context: Any, expected: int) -> None:
    """Wait until a cluster has started all executors of this job, as long as Spark itself would.

    BigDL's optimiser keeps a part of the model on each, and one that shares its executor with
    another part does not train.

    Raises:
        ClusterError: there are fewer after ``spark.scheduler.maxRegisteredResourcesWaitingTime``.
    """
    patience = int(context._jsc.sc().conf().getTimeAsSeconds(_PATIENCE, "30s"))
    for second in range(patience + 1):
        found = _count_executors(context)
        if found >= expected:
            return
        if second and second % _SECONDS_PER_LINE == 0:
            logger.info("waiting for executors: %d of %d", found, expected)
        time.sleep(1)
    raise ClusterError(_too_few(context, found, expected, patience))


@contextmanager
def cluster_errors(context: Any) -> Iterator[None]:
    """Raise a ``ClusterError`` for whatever follows from an executor or a master that was lost.

    BigDL's optimiser then fails in many words, of blocks that are missing and of null pointers.
    """
    try:
        yield
    except GraftError:
        raise
    except Exception as error:
        lost = _what_was_lost(context)
        if lost is None:
            raise
        raise ClusterError(
            f"Spark lost {lost}; its worker's log says why, and a memory that was too small is a "
            "common cause (executor_memory)"
        ) from error


def _what_was_lost(context: Any) -> str | None:
    spark = context._jsc.sc()
    # The driver may have heard of the failure before it hears of the executor.
    for _ in range(_SECONDS_TO_HEAR):
        if spark.isStopped():
            return f"its master, {context.master}, or was told to stop"
        executors = spark.statusStore().executorList(False)
        for i in range(executors.size()):
            executor = executors.apply(i)
            if not executor.isActive():
                return f"executor {executor.id()} on {executor.hostPort()}"
        time.sleep(1)
    return None


def _count_tasks(context: Any) -> int:
    # Not the status tracker, which may say 0 for as long as tasks run.
    counts = context._jsc.sc().taskScheduler().runningTasksByExecutors().valuesIterator()
    total = 0
    while counts.hasNext():
        total += counts.next()
    return total


def _count_executors(context: Any) -> int:
    # The driver counts itself among them.
    return len(context._jsc.sc().statusTracker().getExecutorInfos()) - 1


def _too_few(context: Any, found: int, expected: int, patience: int) -> str:
    size = {
        name: context.getConf().get(f"spark.executor.{name}", "the default")
        for name in ("cores", "memory")
    }
    return (
        f"{context.master} started {found} of {expected} executors within {patience} s, each of "
        f"{size['cores']} cores and {size['memory']} of heap: are its workers up, large enough and "
        "free? Otherwise ask for less: executors, executor_cores, executor_memory"
    )


def _connect(name: str) -> Any:
    from py4j.protocol import Py4JJavaError
    from pyspark import SparkConf, SparkContext

    # With the JVM there, a configuration knows what spark-submit was told.
    SparkContext._ensure_initialized()
    conf = SparkConf().setAppName(name)
    try:
        return SparkContext(conf=conf)
    except Py4JJavaError as error:
        master = conf.get("spark.master")
        kind = SetupError if is_local(master) else ClusterError
        reason = error.java_exception.getMessage()
        raise kind(f"Spark does not start at {master}: {reason}") from error


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


def _init_bigdl() -> tuple[int, int]:
    """Return how many executors BigDL counts, and how many cores each has."""
    from bigdl.dllib.utils.common import get_node_and_core_number, init_engine
    from py4j.protocol import Py4JJavaError

    try:
        init_engine()
    except Py4JJavaError as error:
        raise SetupError(
            "BigDL cannot tell how many cores the cluster has: submit with --executor-cores and "
            f"--total-executor-cores or --num-executors ({error.java_exception.getMessage()})"
        ) from error
    executors, cores = get_node_and_core_number()
    return int(executors), int(cores)


def _pack_tasks(folder: Path) -> str:
    """Zip this package for Python workers, which know nothing of the checkout."""
    package = folder / "package"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "tasks", package / "tasks", ignore=ignored)
    return shutil.make_archive(str(folder / "tasks"), "zip", package)
