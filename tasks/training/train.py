"""Training of the linear classifier with BigDL, resumed from the last snapshot if there is one.

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

from tasks.datasets.pair import Pair
from tasks.errors import GraftError
from tasks.evaluation.held_out import HeldOut
from tasks.evaluation.record import CalibrationRecord
from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource
from tasks.features.store import feature_contents, load_features
from tasks.models.bigdl_head import new_model
from tasks.models.head import Head, Scaling, fold
from tasks.params.definitions import JobConfig
from tasks.runs.training_record import Epoch, Plan
from tasks.spark.bigdl import optimizer_logged_to, quiet
from tasks.spark.errors import user_errors
from tasks.storage.local_files import storage_errors
from tasks.training.follow_log import followed
from tasks.training.optimizer_log import OPTIMIZER_LOG, read_epochs, read_resumed
from tasks.training.optimizers import distributed_optimizer, local_optimizer, training_partitions
from tasks.training.plan import LOCAL_OPTIMIZER
from tasks.training.snapshots import prune, restore, save_snapshots, start_after

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """Result of a training.

    Attributes:
        head: works on raw features.
        epochs: every epoch in BigDL's log, those of earlier tries included.
        resumed_after: the epochs after which a later try continued.
        held_out: logits of training records by heads that did not see them; None where there are
            none.
        calibration: how the head was calibrated; None before ``calibrate``.
    """

    head: Head
    epochs: Sequence[Epoch]
    resumed_after: Sequence[int]
    held_out: HeldOut | None = None
    calibration: CalibrationRecord | None = None


def train(
    bridge: Bridge,
    features: Pair[FeatureSource],
    *,
    class_count: int,
    feature_size: int,
    config: JobConfig,
    plan: Plan,
    folder: Path,
) -> Trained:
    """Train on the training features; measure on the validation features after every epoch.

    After a training that was killed, the next call resumes from ``folder``: weights, numbers of
    epoch and iteration, and log. The order of the records is that of a new training, and RMSprop
    gathers its mean of squares anew, so the head differs from that of an undisturbed training.

    Args:
        bridge: the bridge to the JVM.
        features: those of both splits.
        class_count: outputs of the linear layer.
        feature_size: its inputs.
        config: epochs, rates, seed, scaling.
        plan: optimiser, batch size and cores.
        folder: snapshots and the optimiser's log; the caller removes it once the head is stored.

    Raises:
        GraftError: training diverged; ``folder`` is removed.
    """
    spark, log = bridge.spark, folder / OPTIMIZER_LOG
    with quiet(), user_errors():
        snapshot = restore(spark, folder)
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with optimizer_logged_to(spark, log):
            model = new_model(
                spark, class_count=class_count, feature_size=feature_size, seed=config.seed
            )
            if snapshot:
                logger.info("training resumed after epoch %d of %d", snapshot.epoch, config.epochs)
                model.set_weights([snapshot.weight, snapshot.bias])
            optimizer, scaling = _optimizer(bridge, features, model, config, plan)
            if snapshot:
                start_after(spark, optimizer, snapshot)
            first = snapshot.epoch + 1 if snapshot else 1
            last = config.epochs
            save_snapshots(spark, optimizer, folder=folder, first_epoch=first, last_epoch=last)
            with followed(log, partial(_show, folder), iterations=config.log_iterations):
                trained = optimizer.optimize()
    with log.open(encoding="utf-8") as lines:
        epochs = list(read_epochs(lines))
    _require_finite(epochs, config, folder)
    with log.open(encoding="utf-8") as lines:
        resumed = read_resumed(lines)
    head = Head(*(np.asarray(values, np.float32) for values in trained.get_weights()))
    return Trained(fold(head, scaling) if scaling else head, epochs, resumed)


def _optimizer(
    bridge: Bridge, features: Pair[FeatureSource], model: Any, config: JobConfig, plan: Plan
) -> tuple[Any, Scaling | None]:
    if plan.optimizer == LOCAL_OPTIMIZER:
        in_memory = features.map(lambda source: load_features(bridge, source))
        return local_optimizer(in_memory, model, config, plan)
    files = Pair(
        feature_contents(bridge, features.train, training_partitions(plan)),
        feature_contents(bridge, features.validation, plan.cores),
    )
    return distributed_optimizer(files, model, config, plan)


def _show(folder: Path, line: str) -> None:
    logger.info("%s", line)
    # A new line may come with a new snapshot.
    prune(folder)


def _require_finite(epochs: Sequence[Epoch], config: JobConfig, folder: Path) -> None:
    """Raise a ``GraftError`` and remove ``folder`` unless the loss of every epoch is finite."""
    if not epochs:
        raise GraftError("the optimiser left no log: is there room left below GRAFT_HOME?")
    diverged = [epoch for epoch in epochs if not math.isfinite(epoch.loss)]
    if diverged:
        shutil.rmtree(folder)
        raise GraftError(
            f"training diverged: the loss of epoch {diverged[0].epoch} is {diverged[0].loss}; "
            f"learning_rate is {config.learning_rate}, try a lower one"
        )
