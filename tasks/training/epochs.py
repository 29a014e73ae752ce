"""Training of the linear classifier by BigDL's optimisers, epoch after epoch.

The model is the original example's: Squeeze, Linear; cross entropy; top-1 accuracy at every epoch.
"""

import logging
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource
from tasks.models.bigdl_head import new_model
from tasks.models.head import Head, Scaling, fold
from tasks.params.definitions import JobConfig
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
            if self.config.patience is not None:
                require_parts(self.config.patience, self._counts)
            snapshot = restore(spark, self.folder)
            with storage_errors(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
            with optimizer_logged_to(spark, self._log):
                head, scaling = self._run(snapshot)
        return self._trained(head, scaling)

    def _trained(self, last: Head, scaling: Scaling | None) -> Trained:
        """Return the last epoch's head, or the best one's where the epochs were judged."""
        with self._log.open(encoding="utf-8") as lines:
            epochs = list(read_epochs(lines))
        require_finite(epochs, self.config, self.folder)
        with self._log.open(encoding="utf-8") as lines:
            resumed = read_resumed(lines)
        if self.config.patience is None:
            return Trained(_folded(last, scaling), epochs, resumed)
        best = best_weights(self.bridge.spark, self.folder)
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
        spark, config = self.bridge.spark, self.config
        model = self._model(snapshot)
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
            held_out = self.records.held_out(scaling, class_weights(config, self._counts[0]))
            trigger = patience_trigger(self.bridge, model, held_out, config, self._log)
            optimizer.value.setEndWhen(trigger)
        with followed(self._log, partial(_show, self.folder), iterations=config.log_iterations):
            trained = optimizer.optimize()
        return Head(*(np.asarray(values, np.float32) for values in trained.get_weights())), scaling

    def _model(self, snapshot: Snapshot | None) -> Any:
        """Return the model to go on with: a new one, or that of a snapshot."""
        model = new_model(
            self.bridge.spark,
            class_count=self.class_count,
            feature_size=self.feature_size,
            seed=self.config.seed,
            l2=self.config.l2 or 0.0,
        )
        if snapshot:
            epochs = self.config.epochs
            logger.info("training resumed after epoch %d of %d", snapshot.epoch, epochs)
            model.set_weights([snapshot.weight, snapshot.bias])
        return model

    def _descent(self, done: int) -> Descent:
        # A count costs a pass over the records.
        counts = self._counts[0] if needs_counts(self.config) else None
        return descent_of(self.config, self._plan, counts, done)


def train_epochs(
    bridge: Bridge,
    features: Pair[FeatureSource],
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
