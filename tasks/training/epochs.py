"""Training of the linear classifier by BigDL's optimisers, epoch after epoch.

The model is the original example's: Squeeze, Linear; cross entropy; top-1 accuracy at every epoch.
"""

import logging
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from tasks.datasets.pair import Pair
from tasks.errors import DataError, GraftError
from tasks.features.bridge import Bridge
from tasks.models.bigdl_head import new_model
from tasks.models.head import Head, Scaling, fold
from tasks.params.definitions import JobConfig
from tasks.params.training import LBFGS
from tasks.runs.training_record import Epoch, Plan
from tasks.spark.bigdl import optimizer_logged_to, quiet
from tasks.spark.errors import user_errors
from tasks.storage.local_files import storage_errors
from tasks.storage.locations import Location
from tasks.training.follow_log import followed
from tasks.training.methods import Descent, class_weights, descent_of, needs_counts
from tasks.training.optimizer_log import (
    OPTIMIZER_LOG,
    read_epochs,
    read_resumed,
    read_set_aside,
)
from tasks.training.plan import plan_for_records
from tasks.training.records import Counts, Records, java_doubles, records_of
from tasks.training.set_aside import PARTS
from tasks.training.snapshots import (
    Snapshot,
    best_weights,
    prune,
    restore,
    save_snapshots,
    start_after,
)
from tasks.training.trained import Trained

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EpochTraining:
    """A training by one of BigDL's optimisers.

    Attributes:
        bridge: the bridge to the JVM.
        records: to train and to measure on.
        class_count: outputs of the linear layer.
        feature_size: its inputs.
        config: epochs, optimizer, rates, seed, scaling.
        planned: optimiser, batch size and cores for all training records.
        folder: snapshots and the optimiser's log; the caller removes it once the head is stored.
    """

    bridge: Bridge
    records: Records
    class_count: int
    feature_size: int
    config: JobConfig
    planned: Plan
    folder: Path

    @property
    def _log(self) -> Path:
        return self.folder / OPTIMIZER_LOG

    @cached_property
    def _counts(self) -> Counts:
        return self.records.counts(self.class_count)

    @cached_property
    def _plan(self) -> Plan:
        if self.config.patience is None:
            return self.planned
        return plan_for_records(self.planned, self.config, int(self._counts[0].sum()))

    def train(self) -> Trained:
        """Train, from the last snapshot if there is one.

        Raises:
            GraftError: training diverged, and ``folder`` is removed; or there are too few records
                to set some aside.
        """
        spark = self.bridge.spark
        with quiet(), user_errors():
            self._require_parts()
            snapshot = restore(spark, self.folder)
            with storage_errors(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
            with optimizer_logged_to(spark, self._log):
                head, scaling = self._run(snapshot)
        with self._log.open(encoding="utf-8") as lines:
            epochs = list(read_epochs(lines))
        _require_finite(epochs, self.config, self.folder)
        with self._log.open(encoding="utf-8") as lines:
            resumed = read_resumed(lines)
        if self.config.patience is None:
            return Trained(_folded(head, scaling), epochs, resumed)
        return self._best(epochs, resumed, scaling)

    def _require_parts(self) -> None:
        """Raise a ``DataError`` unless some records are set aside and some are not."""
        if self.config.patience is None:
            return
        trained_on, aside = (int(counts.sum()) for counts in self._counts)
        if not (trained_on and aside):
            raise DataError(
                f"patience is {self.config.patience}, but of {trained_on + aside} training records "
                f"{aside} are in the part, 1 of {PARTS} by content, that is set aside to judge "
                "epochs by: leave patience empty, or take more records"
            )
        logger.info(
            "%d training records are set aside to judge epochs by, %d are trained on: %d steps of "
            "%d an epoch",
            aside,
            trained_on,
            self._plan.steps_per_epoch,
            self._plan.batch_size,
        )

    def _run(self, snapshot: Snapshot | None) -> tuple[Head, Scaling | None]:
        """Run the optimiser; return the head after the last epoch, and what it was scaled by."""
        spark, config = self.bridge.spark, self.config
        model = new_model(
            spark,
            class_count=self.class_count,
            feature_size=self.feature_size,
            seed=config.seed,
            l2=config.l2 or 0.0,
        )
        if snapshot:
            logger.info("training resumed after epoch %d of %d", snapshot.epoch, config.epochs)
            model.set_weights([snapshot.weight, snapshot.bias])
        descent = self._descent(snapshot.iteration - 1 if snapshot else 0)
        optimizer, scaling = self.records.optimizer(model, config, self._plan, descent)
        if snapshot:
            start_after(spark, optimizer, snapshot)
        save_snapshots(
            spark,
            optimizer,
            folder=self.folder,
            first_epoch=snapshot.epoch + 1 if snapshot else 1,
            last_epoch=config.epochs,
            seconds_between=None if config.patience is None else 0,
        )
        if config.patience is not None:
            optimizer.value.setEndWhen(self._patience(model, scaling, config.patience))
        with followed(self._log, partial(_show, self.folder), iterations=config.log_iterations):
            trained = optimizer.optimize()
        return Head(*(np.asarray(values, np.float32) for values in trained.get_weights())), scaling

    def _descent(self, done: int) -> Descent:
        # A count costs a pass over the records.
        counts = self._counts[0] if needs_counts(self.config) else None
        return descent_of(self.config, self._plan, counts, done)

    def _patience(self, model: Any, scaling: Scaling | None, patience: int) -> Any:
        """Return the trigger that measures every epoch and ends the training."""
        held_out = self.records.held_out(scaling, class_weights(self.config, self._counts[0]))
        known = [epoch.loss for epoch in read_set_aside(self._log)]
        losses = java_doubles(self.bridge.spark, known)
        scala = self.bridge.scala
        return scala.Patience(model.value, held_out, self.config.epochs, patience, losses)

    def _best(
        self, epochs: Sequence[Epoch], resumed: Sequence[int], scaling: Scaling | None
    ) -> Trained:
        """Return the best epoch's head."""
        snapshot = best_weights(self.bridge.spark, self.folder)
        head = _folded(Head(snapshot.weight, snapshot.bias), scaling)
        logger.info(
            "epoch %d of %d is kept: its loss on the records set aside is the lowest",
            snapshot.epoch,
            len(epochs),
        )
        with user_errors():
            held_out = self.records.logits(head)
        return Trained(head, epochs, resumed, snapshot.epoch, held_out)


def train_epochs(
    bridge: Bridge,
    features: Pair[Location],
    *,
    class_count: int,
    feature_size: int,
    config: JobConfig,
    plan: Plan,
    folder: Path,
) -> Trained:
    """Train with BigDL's optimiser; see ``train``."""
    with user_errors():
        aside = config.patience is not None
        records = records_of(bridge, features, plan, with_part_aside=aside)
    training = EpochTraining(bridge, records, class_count, feature_size, config, plan, folder)
    return training.train()


def _folded(head: Head, scaling: Scaling | None) -> Head:
    return fold(head, scaling) if scaling else head


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
            f"{_advice(config)}"
        )


def _advice(config: JobConfig) -> str:
    if config.optimizer == LBFGS:
        return "optimizer is lbfgs, give it an l2 above 0 or choose another"
    return f"learning_rate is {config.learning_rate}, try a lower one"
