"""Shortens the pause of Spark's Python workers between two tasks."""

import functools
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ROLE = "GRAFT_WORKER_ROLE"


@contextmanager
def own_workers(spark: Any, role: str) -> Iterator[None]:
    """Give Python functions that become RDDs of the JVM meanwhile workers of their own.

    Spark hands a task any idle worker of the same environment: without this, one that loaded a
    network would next list files, and another would load the network again.

    Args:
        spark: the Spark context.
        role: what these workers do.
    """
    spark.environment[_ROLE] = role
    try:
        yield
    finally:
        del spark.environment[_ROLE]


@functools.cache
def settle_once() -> None:
    """Call ``settle`` at the end of a worker's first task, whose imports are those of all."""
    settle()


def settle() -> None:
    """Exempt everything that is loaded now from the clean-up that pyspark does after every task.

    Call this once in a worker, when it has imported and loaded everything that its tasks need.
    pyspark collects garbage and invalidates the import system's caches after every task, and each
    importer of a zip file of Spark then reads its archive again. With TensorFlow loaded this took
    0.2 s of the 2 s of a task. Frozen objects are not searched, and deleted importers do not read.
    """
    gc.collect()
    gc.freeze()
    for path in [path for path in sys.path_importer_cache if ".zip" in path]:
        del sys.path_importer_cache[path]
