"""Check of the memory for a dump's network, before an engine starts."""

import logging
import threading
from dataclasses import replace
from typing import Any

from tasks.dumps.description import FROZEN, Dump
from tasks.errors import SetupError
from tasks.features.bridge import Bridge
from tasks.features.memory import Place, find_shortage
from tasks.spark.settings import is_local
from tasks.storage.cgroups import memory_limit

logger = logging.getLogger(__name__)

_MIB = 2**20
_LEAST_OVERHEAD = 384
# Spark's share of the heap that containers get beside it: on YARN, on Kubernetes for Python jobs.
_OVERHEAD, _OVERHEAD_OF_PYTHON = 0.1, 0.4


class MemoryCheck:
    """Compares what engines need with what there is, once for each engine."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._place = place_of(bridge.spark)
        self._checked: set[str] = set()
        self._lock = threading.Lock()

    def require(self, engine: str, dump: Dump, tasks: int) -> None:
        """Warn if the memory for a dump is tight.

        Args:
            engine: ``bigdl`` or ``tensorflow``.
            dump: the dump.
            tasks: how many there are; with fewer than cores, fewer run at once.

        Raises:
            SetupError: it is certainly too little.
        """
        size = self._bridge.files.size(dump.path / FROZEN) or 0
        place = replace(self._place, cores=min(self._place.cores, tasks))
        found = find_shortage(engine, dump.network, size / _MIB, place)
        if found is None:
            return
        if found.certain:
            raise SetupError(found.sentence)
        with self._lock:
            if engine not in self._checked:
                logger.warning("memory is tight: %s", found.sentence)
            self._checked.add(engine)


def place_of(spark: Any) -> Place:
    """Return what the JVMs of a Spark context have that run an engine."""
    if is_local(spark.master):
        heap = spark._jvm.java.lang.Runtime.getRuntime().maxMemory()
        return Place(
            cores=spark.defaultParallelism,
            heap=heap // _MIB,
            heap_param="driver_memory",
            whole=_machine(),
        )
    conf = spark._jsc.sc().conf()
    heap = int(conf.getSizeAsMb("spark.executor.memory", "1g"))
    return Place(
        cores=int(conf.get("spark.executor.cores", "1")),
        heap=heap,
        heap_param="executor_memory",
        beside=_overhead(spark.master, conf, heap),
    )


def _overhead(master: str, conf: Any, heap: int) -> int | None:
    """Return the memory that a cluster's containers give beside the heap, in MiB."""
    shares = {"yarn": _OVERHEAD, "k8s:": _OVERHEAD_OF_PYTHON}
    share = shares.get(master[:4])
    if share is None:
        return None
    least = max(_LEAST_OVERHEAD, round(share * heap))
    return int(conf.getSizeAsMb("spark.executor.memoryOverhead", f"{least}m"))


def _machine() -> int:
    """Return the memory of this machine or container in MiB, with what it can swap out."""
    import psutil

    total = psutil.virtual_memory().total + psutil.swap_memory().total
    return min(total, memory_limit() or total) // _MIB
