"""Snapshots of a training that has not ended: what BigDL saves of it, and what of that to trust.

BigDL writes ``model.N`` and after it ``state.N`` (LocalOptimizer) or ``optimMethod-<name>.N``
(DistriOptimizer, in a folder named after the time); N is the number of the next iteration. Its
RMSprop forgets its mean of squares whenever an optimiser starts, so snapshots do not hold it.
"""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.models.head import FloatArray
from tasks.training.optimizer_log import OPTIMIZER_LOG, cut_log, finite_epochs

logger = logging.getLogger(__name__)

# One takes 10 to 15 ms, an epoch of a few thousand records 60 to 100 ms.
SECONDS_BETWEEN = 2.0

# The newest may be half written, the one before it may be what the newest turns out to stand on.
_KEPT = 3


@dataclass(frozen=True)
class Progress:
    """How far a training got.

    Attributes:
        epoch: the number of its last finished epoch.
        iteration: the number of its next step.
        weight: of the linear layer, ``[classes, features]``.
        bias: of the linear layer, ``[classes]``.
    """

    epoch: int
    iteration: int
    weight: FloatArray
    bias: FloatArray


def save_snapshots(
    context: Any, optimizer: Any, folder: Path, progress: Progress | None, epochs: int
) -> None:
    """Have an optimiser write snapshots into ``folder`` at the ends of epochs.

    Args:
        context: the Spark context.
        optimizer: BigDL's, not started yet.
        folder: an existing folder.
        progress: what the optimiser goes on from, if it does.
        epochs: how many there are in all; the end of the last is always saved.
    """
    from bigdl.dllib.utils.common import JavaValue

    # With a snapshot to go back to, BigDL would start again by itself, up to five times, and its
    # log would hold epochs twice.
    context._jvm.java.lang.System.setProperty("bigdl.failure.retryTimes", "1")
    first = progress.epoch + 1 if progress else 1
    ends = context._jvm.com.intel.analytics.bigdl.graft.EpochEnd(first, epochs, SECONDS_BETWEEN)
    optimizer.set_checkpoint(JavaValue(ends, "float"), str(folder), isOverWrite=True)


def restore(context: Any, folder: Path) -> Progress | None:
    """Return what the newest snapshot in ``folder`` that can be trusted holds, if there is one.

    The optimiser's log is cut to the epochs that the snapshot covers, and all other snapshots are
    removed. Without a snapshot to go on from, the folder is emptied.
    """
    log = folder / OPTIMIZER_LOG
    known = finite_epochs(log)
    for number, model in _models(folder):
        progress = _load(context, model, number)
        if progress is None or progress.epoch > known:
            logger.warning("%s cannot be resumed from: going back to the one before", model)
            continue
        for other, path in _models(folder):
            if path != model:
                _remove(path, other)
        cut_log(log, progress.epoch)
        return progress
    shutil.rmtree(folder, ignore_errors=True)
    return None


def start_after(context: Any, optimizer: Any, progress: Progress) -> None:
    """Have an optimiser count epochs and iterations from where a snapshot left off."""
    # The local optimiser reads them from its own state, the distributed one from its method's.
    state = context._jvm.com.intel.analytics.bigdl.dllib.utils.T.apply()
    optimizer.value.setState(state)
    for table in (state, optimizer.value.optimMethods().head()._2().state()):
        table.update("epoch", progress.epoch + 1)
        table.update("neval", progress.iteration)


def prune(folder: Path) -> None:
    """Remove all but the newest snapshots; BigDL keeps every one."""
    for number, model in list(_models(folder))[_KEPT:]:
        _remove(model, number)


def _models(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield number and path of every saved model, the newest first."""
    found = [(int(path.suffix[1:]), path) for path in folder.rglob("model.*")]
    yield from sorted(found, reverse=True)


def _remove(model: Path, number: int) -> None:
    for path in [*model.parent.glob(f"*.{number}"), *model.parent.glob(f".*.{number}.crc")]:
        path.unlink(missing_ok=True)


def _load(context: Any, model: Path, number: int) -> Progress | None:
    """Return what a snapshot holds, or None if it is not whole."""
    from bigdl.dllib.nn.layer import Layer
    from py4j.protocol import Py4JJavaError

    dllib = context._jvm.com.intel.analytics.bigdl.dllib.utils
    bigdl = dllib.python.api.PythonBigDL.ofFloat()
    local = model.with_name(f"state.{number}")
    distributed = next(model.parent.glob(f"optimMethod-*.{number}"), None)
    try:
        layer = Layer.of(bigdl.loadBigDL(str(model)))
        if distributed:
            state = bigdl.loadOptimMethod(str(distributed)).state()
        else:
            state = dllib.T.load(str(local))
    except Py4JJavaError:
        return None
    weight, bias = (np.asarray(w, np.float32) for w in layer.get_weights())
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        return None
    return Progress(state.apply("epoch") - 1, state.apply("neval"), weight, bias)
