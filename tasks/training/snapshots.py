"""Snapshots of a training: written at ends of epochs, restored by the next try, and pruned.

BigDL writes ``model.N`` and after it ``state.N`` (LocalOptimizer) or ``optimMethod-<name>.N``
(DistriOptimizer, in a folder named after the time); N is the number of the next iteration. Its
methods forget what they gathered, as RMSprop its mean of squares, whenever an optimiser starts, so
snapshots do not hold it.
"""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.errors import GraftError
from tasks.models.head import FloatArray
from tasks.training.optimizer_log import (
    OPTIMIZER_LOG,
    best_set_aside,
    cut_log,
    finite_epochs,
)

logger = logging.getLogger(__name__)

# A snapshot takes 10 to 15 ms, an epoch of a few thousand records 60 to 100 ms.
SECONDS_BETWEEN = 2.0

# The newest may be half written, and the epoch of the one before it may not be in the log yet.
_KEPT = 3


@dataclass(frozen=True)
class Snapshot:
    """State of a training at the end of an epoch.

    Attributes:
        epoch: the number of the last finished epoch.
        iteration: the number of the next step.
        weight: of the linear layer, float32 ``[classes, features]``.
        bias: of the linear layer, float32 ``[classes]``.
    """

    epoch: int
    iteration: int
    weight: FloatArray
    bias: FloatArray


def save_snapshots(
    spark: Any,
    optimizer: Any,
    *,
    folder: Path,
    first_epoch: int,
    last_epoch: int,
    seconds_between: float | None = None,
) -> None:
    """Have an optimiser write snapshots into ``folder`` at ends of epochs.

    Args:
        spark: the Spark context.
        optimizer: BigDL's, not started yet.
        folder: an existing folder.
        first_epoch: the epoch that the optimiser starts with.
        last_epoch: the epoch that it ends with, which always gets a snapshot.
        seconds_between: least time between two snapshots, 0 for one of every epoch; by default
            what costs little.
    """
    from bigdl.dllib.utils.common import JavaValue

    # With a snapshot to go back to, BigDL would start again by itself, up to five times, and its
    # log would hold epochs twice.
    spark._jvm.java.lang.System.setProperty("bigdl.failure.retryTimes", "1")
    graft = spark._jvm.com.intel.analytics.bigdl.graft
    seconds = SECONDS_BETWEEN if seconds_between is None else seconds_between
    ends = graft.EpochEnd(first_epoch, last_epoch, float(seconds))
    optimizer.set_checkpoint(JavaValue(ends, "float"), str(folder), isOverWrite=True)


def restore(spark: Any, folder: Path) -> Snapshot | None:
    """Return the newest snapshot in ``folder`` that is whole and in the log, None without any.

    The optimiser's log is cut to the epochs that the snapshot covers, and all other snapshots but
    that of the best epoch are removed. Without a snapshot to resume from, the folder is removed.
    """
    log = folder / OPTIMIZER_LOG
    known = finite_epochs(log)
    for number, model in _models(folder):
        snapshot = _load(spark, model, number)
        if snapshot is None or snapshot.epoch > known:
            logger.warning("%s cannot be resumed from: going back to the one before", model)
            continue
        cut_log(log, snapshot.epoch)
        best = _best_number(folder)
        for other, path in _models(folder):
            if path != model and other != best:
                _remove(path, other)
        return snapshot
    shutil.rmtree(folder, ignore_errors=True)
    return None


def start_after(spark: Any, optimizer: Any, snapshot: Snapshot) -> None:
    """Have an optimiser count epochs and iterations on from a snapshot."""
    # The local optimiser reads them from its own state, the distributed one from its method's.
    state = spark._jvm.com.intel.analytics.bigdl.dllib.utils.T.apply()
    optimizer.value.setState(state)
    for table in (state, optimizer.value.optimMethods().head()._2().state()):
        table.update("epoch", snapshot.epoch + 1)
        table.update("neval", snapshot.iteration)


def best_weights(spark: Any, folder: Path) -> Snapshot:
    """Return the snapshot of the epoch whose loss on the records set aside is the lowest.

    Raises:
        GraftError: it cannot be read; ``folder`` is removed.
    """
    best = _best_number(folder)
    found = [_load(spark, model, number) for number, model in _models(folder) if number == best]
    if not found or found[0] is None:
        shutil.rmtree(folder)
        raise GraftError(
            f"the snapshot of the best epoch in {folder} is damaged: run again to train anew"
        )
    return found[0]


def prune(folder: Path) -> None:
    """Remove all snapshots but the newest and the best epoch's; BigDL itself removes none."""
    old = list(_models(folder))[_KEPT:]
    # The log is read after the folder: it has the losses of all epochs that are old there.
    best = _best_number(folder) if old else None
    for number, model in old:
        if number != best:
            _remove(model, number)


def _best_number(folder: Path) -> int | None:
    """Return the number of the best epoch's snapshot; None where no epoch was judged."""
    best = best_set_aside(folder / OPTIMIZER_LOG)
    return best.iteration + 1 if best else None


def _models(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield number and path of every saved model, the newest first."""
    found = [(int(path.suffix[1:]), path) for path in folder.rglob("model.*")]
    yield from sorted(found, reverse=True)


def _remove(model: Path, number: int) -> None:
    for path in [*model.parent.glob(f"*.{number}"), *model.parent.glob(f".*.{number}.crc")]:
        path.unlink(missing_ok=True)


def _load(spark: Any, model: Path, number: int) -> Snapshot | None:
    """Return a snapshot, or None if it is not whole or its weights are not finite."""
    from bigdl.dllib.nn.layer import Layer
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    dllib = spark._jvm.com.intel.analytics.bigdl.dllib.utils
    bigdl = dllib.python.api.PythonBigDL.ofFloat()
    local = model.with_name(f"state.{number}")
    distributed = next(model.parent.glob(f"optimMethod-*.{number}"), None)
    try:
        layer = Layer.of(bigdl.loadBigDL(str(model)))
        if distributed:
            state = bigdl.loadOptimMethod(str(distributed)).state()
        else:
            state = dllib.T.load(str(local))
    # Where a SparkSession was made, PySpark raises its own errors for some of Java's.
    except (Py4JJavaError, PySparkException):
        return None
    weight, bias = (np.asarray(w, np.float32) for w in layer.get_weights())
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        return None
    return Snapshot(state.apply("epoch") - 1, state.apply("neval"), weight, bias)
