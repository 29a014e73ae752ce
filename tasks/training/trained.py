"""Task and result of a training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.datasets.pair import Pair
from tasks.evaluation.held_out import HeldOut
from tasks.evaluation.record import CalibrationRecord
from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource
from tasks.models.head import Head
from tasks.params.definitions import JobConfig
from tasks.runs.sweep_record import Sweep
from tasks.runs.training_record import Epoch, Plan


@dataclass(frozen=True)
class TrainingTask:
    """A training to do.

    Attributes:
        bridge: the bridge to the JVM.
        features: those of both splits.
        class_count: outputs of the linear layer.
        feature_size: its inputs.
        config: optimizer, epochs, rates, seed, scaling, as its recipe stands for them.
        plan: optimiser, batch size and cores, for all training records.
        folder: snapshots and the optimiser's log; the caller removes it once the head is stored.
    """

    bridge: Bridge
    features: Pair[FeatureSource]
    class_count: int
    feature_size: int
    config: JobConfig
    plan: Plan
    folder: Path


@dataclass(frozen=True)
class Trained:
    """Result of a training.

    Attributes:
        head: works on raw features.
        epochs: every epoch, those of earlier tries included.
        resumed_after: the epochs after which a later try continued.
        kept: the epoch whose weights the head has; None: the last.
        held_out: logits of training records by heads that did not see them; None where none were
            set aside.
        sweep: the strengths that were compared; None where none were.
        calibration: how the head was calibrated; None before ``calibrate``.
    """

    head: Head
    epochs: Sequence[Epoch]
    resumed_after: Sequence[int]
    kept: int | None = None
    held_out: HeldOut | None = None
    sweep: Sweep | None = None
    calibration: CalibrationRecord | None = None

    @property
    def kept_epoch(self) -> Epoch:
        """The epoch whose weights the head has."""
        return next((e for e in self.epochs if e.epoch == self.kept), self.epochs[-1])
