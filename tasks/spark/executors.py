"""Waits for a cluster's executors, and names the executor or master that was lost."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tasks.errors import ClusterError, GraftError

logger = logging.getLogger(__name__)

_WAITING_TIME = "spark.scheduler.maxRegisteredResourcesWaitingTime"
_SECONDS_PER_LINE = 10
_SECONDS_TO_HEAR = 3


def wait_for_executors(spark: Any, expected: int) -> None:
    """Wait until a cluster has started all executors of this job, as long as Spark itself would.

    BigDL's optimiser keeps a part of the model on each executor, and does not train with two parts
    on one.

    Args:
        spark: the Spark context.
        expected: number of executors beside the driver.

    Raises:
        ClusterError: there are fewer after ``spark.scheduler.maxRegisteredResourcesWaitingTime``.
    """
    limit = int(spark._jsc.sc().conf().getTimeAsSeconds(_WAITING_TIME, "30s"))
    for second in range(limit + 1):
        found = _count_executors(spark)
        if found >= expected:
            return
        if second and second % _SECONDS_PER_LINE == 0:
            logger.info("waiting for executors: %d of %d", found, expected)
        time.sleep(1)
    raise ClusterError(_too_few(spark, found=found, expected=expected, seconds=limit))


def wait_for_tasks(spark: Any, seconds: float = 10.0) -> None:
    """Wait until no task runs, tasks of cancelled jobs included.

    A task that outlives its Spark context logs a trace that hides the error that ended the job.

    Args:
        spark: the Spark context.
        seconds: the longest wait.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and _count_tasks(spark):
        time.sleep(0.05)


@contextmanager
def cluster_errors(spark: Any) -> Iterator[None]:
    """Raise a ``ClusterError`` if an error follows from the loss of an executor or the master.

    BigDL's optimiser then fails with errors about missing blocks and null pointers.
    """
    try:
        yield
    except GraftError:
        raise
    except Exception as error:
        lost = _lost_part(spark)
        if lost is None:
            raise
        raise ClusterError(
            f"Spark lost {lost}; its worker's log says why, and a common cause is too little "
            "memory (executor_memory)"
        ) from error


def _lost_part(spark: Any) -> str | None:
    scala = spark._jsc.sc()
    # The driver may see the error before Spark tells it that the executor is gone.
    for _ in range(_SECONDS_TO_HEAR):
        if scala.isStopped():
            return f"its master, {spark.master}, or was told to stop"
        executors = scala.statusStore().executorList(False)
        for i in range(executors.size()):
            executor = executors.apply(i)
            if not executor.isActive():
                return f"executor {executor.id()} on {executor.hostPort()}"
        time.sleep(1)
    return None


def _count_tasks(spark: Any) -> int:
    # Not from the status tracker, which may report 0 for as long as tasks run.
    counts = spark._jsc.sc().taskScheduler().runningTasksByExecutors().valuesIterator()
    total = 0
    while counts.hasNext():
        total += counts.next()
    return total


def _count_executors(spark: Any) -> int:
    # Spark counts the driver as well.
    return len(spark._jsc.sc().statusTracker().getExecutorInfos()) - 1


def _too_few(spark: Any, *, found: int, expected: int, seconds: int) -> str:
    size = {
        name: spark.getConf().get(f"spark.executor.{name}", "the default")
        for name in ("cores", "memory")
    }
    return (
        f"{spark.master} started {found} of {expected} executors within {seconds} s, each with "
        f"{size['cores']} cores and {size['memory']} of heap: check that its workers are up, large "
        "enough and free, or ask for less: executors, executor_cores, executor_memory"
    )
