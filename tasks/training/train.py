"""Trains the linear classifier with BigDL, from the last snapshot on if there is one.

The model is the original example's: Squeeze, Linear; cross entropy; RMSprop (Tieleman and Hinton,
"Lecture 6.5", Neural Networks for Machine Learning, 2012); top-1 accuracy at every epoch.
"""

import logging
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tasks.errors import GraftError
from tasks.features.store import feature_contents, load_features
from tasks.models.bigdl_head import new_model
from tasks.models.head import Head, Scaling, fold
from tasks.params.definitions import JobConfig
from tasks.spark.bigdl import log_optimizer_to, quiet
from tasks.spark.errors import user_errors
from tasks.storage.local_files import storage_errors
from tasks.storage.locations import Location
from tasks.training.optimizer_log import OPTIMIZER_LOG, Epoch, followed, read_epochs, read_resumed
from tasks.training.optimizers import distributed_optimizer, local_optimizer
from tasks.training.plan import LOCAL, Plan
from tasks.training.snapshots import prune, restore, save_snapshots, start_after

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """What a training gave.

    Attributes:
        head: on raw features.
        epochs: what BigDL logged of every one, those of earlier tries included.
        resumed_after: the epochs after which another try went on.
    """

    head: Head
    epochs: Sequence[Epoch]
    resumed_after: Sequence[int]


def train(
    context: Any,
    features: Sequence[Location],
    class_count: int,
    config: JobConfig,
    plan: Plan,
    folder: Path,
    *,
    feature_size: int,
) -> Trained:
    """Train on the first features, measure on the second after every epoch.

    What it leaves in ``folder`` when it is killed, the next call goes on from: the weights, the
    numbers of epoch and iteration and the log. The records' order is that of a new training, and
    RMSprop's mean of squares is gathered anew, so the head is not the one of a training that ran
    undisturbed.

    Args:
        context: the Spark context.
        features: artefacts of the training and the validation features.
        class_count: outputs of the linear layer.
        config: epochs, rates, seed, scaling.
        plan: optimiser, batch size and cores.
        folder: keeps snapshots and the optimiser's log; whoever has the head in place removes it.
        feature_size: floats per feature.

    Raises:
        GraftError: training diverged; nothing to go on from is left.
    """
    log = folder / OPTIMIZER_LOG
    with quiet(), user_errors():
        progress = restore(context, folder)
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        log_optimizer_to(context, log)
        model = new_model(context, class_count, feature_size, config.seed)
        if progress:
            logger.info("training resumed after epoch %d of %d", progress.epoch, config.epochs)
            model.set_weights([progress.weight, progress.bias])
        optimizer, scaling = _optimizer(context, features, model, config, plan)
        if progress:
            start_after(context, optimizer, progress)
        save_snapshots(context, optimizer, folder, progress, config.epochs)
        with followed(log, partial(_show, folder), iterations=config.log_iterations):
            trained = optimizer.optimize()
    weight, bias = (np.asarray(w, np.float32) for w in trained.get_weights())
    with log.open(encoding="utf-8") as lines:
        epochs = list(read_epochs(lines))
    _require_finite(epochs, config, folder)
    with log.open(encoding="utf-8") as lines:
        resumed = read_resumed(lines)
    head = Head(weight, bias)
    return Trained(fold(head, scaling) if scaling else head, epochs, resumed)


def _optimizer(
    context: Any, features: Sequence[Location], model: Any, config: JobConfig, plan: Plan
) -> tuple[Any, Scaling | None]:
    if plan.optimizer == LOCAL:
        read = [load_features(context, path) for path in features]
        return local_optimizer(read, model, config, plan)
    files = [feature_contents(context, path, plan.cores) for path in features]
    return distributed_optimizer(files, model, config, plan)


def _show(folder: Path, line: str) -> None:
    logger.info("%s", line)
    # There may be a new snapshot when there is something new to show.
    prune(folder)


def _require_finite(epochs: Sequence[Epoch], config: JobConfig, folder: Path) -> None:
    """Raise a ``GraftError``, and leave no snapshot, unless every epoch's loss is a number."""
    if not epochs:
        raise GraftError("the optimiser left no log: is there room left below GRAFT_HOME?")
    diverged = [epoch for epoch in epochs if not math.isfinite(epoch.loss)]
    if diverged:
        shutil.rmtree(folder)
        raise GraftError(
            f"training diverged: the loss of epoch {diverged[0].epoch} is {diverged[0].loss}; "
            f"learning_rate is {config.learning_rate}, try a lower one"
        )
