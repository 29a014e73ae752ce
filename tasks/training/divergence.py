"""Check that a training did not diverge."""

import math
import shutil
from collections.abc import Sequence
from pathlib import Path

from tasks.errors import GraftError
from tasks.params.training import LBFGS, TrainingParams
from tasks.runs.training_record import Epoch


def require_finite(epochs: Sequence[Epoch], params: TrainingParams, folder: Path) -> None:
    """Raise a ``GraftError`` and remove ``folder`` unless the loss of every epoch is finite."""
    if not epochs:
        raise GraftError("the optimiser left no log: is there room left below GRAFT_HOME?")
    diverged = [epoch for epoch in epochs if not math.isfinite(epoch.loss)]
    if diverged:
        shutil.rmtree(folder)
        raise GraftError(
            f"training diverged: the loss of epoch {diverged[0].epoch} is {diverged[0].loss}; "
            + _advice(params)
        )


def _advice(params: TrainingParams) -> str:
    if params.optimizer == LBFGS:
        return "optimizer is lbfgs, give it an l2 above 0 or choose another"
    return f"learning_rate is {params.learning_rate}, try a lower one"
