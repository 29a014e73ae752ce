"""End of a training when the records that are set aside say that it gets no better."""

import logging
from pathlib import Path
from typing import Any

from tasks.errors import DataError
from tasks.features.bridge import Bridge
from tasks.params.definitions import JobConfig
from tasks.training.optimizer_log import read_set_aside
from tasks.training.records import Counts, java_doubles
from tasks.training.set_aside import PARTS

logger = logging.getLogger(__name__)


def require_parts(patience: int, counts: Counts) -> None:
    """Check that some records are set aside and some are not, and log how many.

    Args:
        patience: epochs that the training may get no better, for the message.
        counts: records of every class that are trained on, and that are set aside.

    Raises:
        DataError: a part has no records.
    """
    trained_on, aside = (int(part.sum()) for part in counts)
    if not (trained_on and aside):
        raise DataError(
            f"patience is {patience}, but of {trained_on + aside} training records {aside} are in "
            f"the part, 1 of {PARTS} by content, that is set aside to judge epochs by: leave "
            "patience empty, or take more records"
        )
    logger.info(
        "%d training records are set aside to judge epochs by, %d are trained on", aside, trained_on
    )


def patience_trigger(
    bridge: Bridge, model: Any, held_out: Any, config: JobConfig, log: Path
) -> Any:
    """Return BigDL's trigger that measures every epoch and ends the training.

    Args:
        bridge: the bridge to the JVM.
        model: the model that is trained.
        held_out: the records that are set aside, as the JVM's ``HeldOut``.
        config: epochs and patience.
        log: the optimiser's log, with what earlier tries measured.
    """
    known = [epoch.loss for epoch in read_set_aside(log)]
    return bridge.scala.Patience(
        model.value, held_out, config.epochs, config.patience, java_doubles(bridge.spark, known)
    )
