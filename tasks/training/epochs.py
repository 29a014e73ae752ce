"""Training of the linear classifier by BigDL's optimisers, epoch after epoch.

The model is the original example's: Squeeze, Linear; cross entropy; top-1 accuracy at every epoch.
"""

import logging
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from tasks.models.bigdl_head import new_model
from tasks.models.head import Head, Scaling, fold
from tasks.runs.training_record import Plan
from tasks.spark.bigdl import optimizer_logged_to, quiet
from tasks.spark.errors import user_errors
from tasks.storage.local_files import storage_errors
from tasks.training.divergence import require_finite
from tasks.training.follow_log import followed
from tasks.training.methods import Descent, class_weights, descent_of, needs_counts
from tasks.training.optimizer_log import OPTIMIZER_LOG, read_epochs, read_resumed
from tasks.training.patience import patience_trigger, require_parts
from tasks.training.plan import plan_for_records
from tasks.training.records import Counts, Records, records_of
from tasks.training.snapshots import (
    Snapshot,
    best_weights,
    prune,
    restore,
    save_snapshots,
    start_after,
)
from tasks.training.trained import Trained, TrainingTask

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EpochTraining:
    """A training by one of BigDL's optimisers.

    Attributes:
        task: the training.
        records: to train and to measure on.
    """

    task: TrainingTask
    records: Records

    @property
    def _log(self) -> Path:
        return self.task.folder / OPTIMIZER_LOG

    @cached_property
    def _counts(self) -> Counts:
        return self.records.counts(self.task.class_count)

    @cached_property
    def _plan(self) -> Plan:
        if self.task.config.patience is None:
            return self.task.plan
        return plan_for_records(self.task.plan, self.task.config, int(self._counts[0].sum()))

    def train(self) -> Trained:
        """Train, from the last snapshot if there is one.

        Raises:
            GraftError: training diverged, and ``folder`` is removed; or there are too few records
                to set some aside.
        """
        spark = self.task.bridge.spark
        with quiet(), user_errors():
            if self.task.config.patience is not None:
                require_parts(self.task.config.patience, self._counts)
            snapshot = restore(spark, self.task.folder)
            with storage_errors(self.task.folder):
                self.task.folder.mkdir(parents=True, exist_ok=True)
            with optimizer_logged_to(spark, self._log):
                head, scaling = self._run(snapshot)
        return self._trained(head, scaling)

    def _trained(self, last: Head, scaling: Scaling | None) -> Trained:
        """Return the last epoch's head, or the best one's where the epochs were judged."""
        with self._log.open(encoding="utf-8") as lines:
            epochs = list(read_epochs(lines))
        require_finite(epochs, self.task.config, self.task.folder)
        with self._log.open(encoding="utf-8") as lines:
            resumed = read_resumed(lines)
        if self.task.config.patience is None:
            return Trained(_folded(last, scaling), epochs, resumed)
        best = best_weights(self.task.bridge.spark, self.task.folder)
        head = _folded(Head(best.weight, best.bias), scaling)
        logger.info(
            "epoch %d of %d is kept: its loss on the records set aside is the lowest",
            best.epoch,
            len(epochs),
        )
        with user_errors():
            return Trained(head, epochs, resumed, best.epoch, self.records.logits(head))

    def _run(self, snapshot: Snapshot | None) -> tuple[Head, Scaling | None]:
        """Run the optimiser; return the head after the last epoch, and what it was scaled by."""
        spark, config = self.task.bridge.spark, self.task.config
        model = self._model(snapshot)
        descent = self._descent(snapshot.iteration - 1 if snapshot else 0)
        optimizer, scaling = self.records.optimizer(model, config, self._plan, descent)
        if snapshot:
            start_after(spark, optimizer, snapshot)
        save_snapshots(
            spark,
            optimizer,
            folder=self.task.folder,
            first_epoch=snapshot.epoch + 1 if snapshot else 1,
            last_epoch=config.epochs,
            seconds_between=None if config.patience is None else 0,
        )
        if config.patience is not None:
            held_out = self.records.held_out(scaling, class_weights(config, self._counts[0]))
            trigger = patience_trigger(self.task.bridge, model, held_out, config, self._log)
            optimizer.value.setEndWhen(trigger)
        with followed(
            self._log, partial(_show, self.task.folder), iterations=config.log_iterations
        ):
            trained = optimizer.optimize()
        return Head(*(np.asarray(values, np.float32) for values in trained.get_weights())), scaling

    def _model(self, snapshot: Snapshot | None) -> Any:
        """Return the model to go on with: a new one, or that of a snapshot."""
        model = new_model(
            self.task.bridge.spark,
            class_count=self.task.class_count,
            feature_size=self.task.feature_size,
            seed=self.task.config.seed,
            l2=self.task.config.l2 or 0.0,
        )
        if snapshot:
            epochs = self.task.config.epochs
            logger.info("training resumed after epoch %d of %d", snapshot.epoch, epochs)
            model.set_weights([snapshot.weight, snapshot.bias])
        return model

    def _descent(self, done: int) -> Descent:
        # A count costs a pass over the records.
        counts = self._counts[0] if needs_counts(self.task.config) else None
        return descent_of(self.task.config, self._plan, counts, done)


def train_epochs(task: TrainingTask) -> Trained:
    """Train with BigDL's optimiser; see ``train``."""
    with user_errors():
        aside = task.config.patience is not None
        records = records_of(task.bridge, task.features, task.plan, with_part_aside=aside)
    return EpochTraining(task, records).train()


def _folded(head: Head, scaling: Scaling | None) -> Head:
    return fold(head, scaling) if scaling else head


def _show(folder: Path, line: str) -> None:
    logger.info("%s", line)
    # A new line may come with a new snapshot.
    prune(folder)
