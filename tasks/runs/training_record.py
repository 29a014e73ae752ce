"""Records of a training: its plan and its epochs."""

import math
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator


def _nan_for_null(value: object) -> object:
    return math.nan if value is None else value


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One pass over the training records.

    Attributes:
        epoch: its number, from 1.
        iteration: the number of its last training step.
        records: records trained on; the last batch is filled up with the first records.
        total: records of the training split.
        loss: mean cross entropy of its training steps; NaN where it was no number.
        correct: validation records that were predicted correctly after it.
        count: records of the validation split.
        seconds: time of its training steps, without validation.
        wall_clock_seconds: time of all training steps so far.
    """

    epoch: int
    iteration: int
    records: int
    total: int
    loss: Annotated[float, BeforeValidator(_nan_for_null)]
    correct: int
    count: int
    seconds: float
    wall_clock_seconds: float

    @property
    def top1(self) -> float:
        """Top-1 accuracy on the validation records."""
        return self.correct / self.count

    @property
    def records_per_second(self) -> float:
        """Training throughput."""
        return self.records / max(self.seconds, 1e-9)

    def as_json(self) -> dict[str, Any]:
        """Return fields and derived figures as JSON types."""
        figures = {"top1": self.top1, "records_per_second": round(self.records_per_second, 1)}
        return {**asdict(self), **figures}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Optimiser, batch size and place of a training.

    Attributes:
        optimizer: ``LocalOptimizer`` or ``DistriOptimizer``, BigDL's, or a solver of
            ``tasks.training.plan``.
        batch_size: records per step, a multiple of ``cores``.
        cores: of the whole cluster.
        steps_per_epoch: batches that cover the training records; 0 where it was not recorded.
        master: Spark's master URL.
    """

    optimizer: str
    batch_size: int
    cores: int
    steps_per_epoch: int = 0
    master: str
