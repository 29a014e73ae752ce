"""Starts BigDL's engine on a Spark context, and directs its output."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.errors import SetupError

_ENGINE = "com.intel.analytics.bigdl.dllib.utils.Engine"
_LOG_PROPERTY = "graft.optimizerLog"


def require_bigdl(jvm: Any) -> None:
    """Check that a JVM has BigDL on its class path.

    Raises:
        SetupError: BigDL is missing.
    """
    try:
        jvm.java.lang.Class.forName(_ENGINE)
    except Exception as error:
        raise SetupError(
            f"{_ENGINE} is not on the driver's class path: source env.sh before spark-submit, or "
            "pass --conf spark.driver.extraClassPath and spark.executor.extraClassPath with "
            "BigDL's jar"
        ) from error


def init_bigdl() -> tuple[int, int]:
    """Start BigDL's engine; return its number of executors and of cores per executor.

    Raises:
        SetupError: Spark's settings do not say how many executors and cores there are.
    """
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


@contextmanager
def quiet() -> Iterator[None]:
    """Discard what BigDL's Python side prints about every layer that it creates."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123 - a device
        yield


def silence_stdout(jvm: Any) -> None:
    """Discard a JVM's standard output, on which BigDL prints every class that it registers.

    Output of this Python process does not pass through the JVM.
    """
    system = jvm.java.lang.System
    nowhere = jvm.java.io.OutputStream.nullOutputStream()
    system.setOut(jvm.java.io.PrintStream(nowhere))


@contextmanager
def optimizer_logged_to(spark: Any, path: Path) -> Iterator[None]:
    """Make log4j write the optimiser's lines to ``path``, and close the file at the end.

    A file that stays open cannot be removed for good: on NFS its folder stays, and log4j would
    write the lines of the next training to the removed file.

    Args:
        spark: the Spark context.
        path: a local file.
    """
    _log_optimizer_to(spark, str(path))
    try:
        yield
    finally:
        _log_optimizer_to(spark, os.devnull)


def _log_optimizer_to(spark: Any, path: str) -> None:
    jvm = spark._jvm
    jvm.java.lang.System.setProperty(_LOG_PROPERTY, path)
    jvm.org.apache.logging.log4j.LogManager.getContext(False).reconfigure()
