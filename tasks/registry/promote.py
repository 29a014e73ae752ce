"""Promotion of a run's model, by the rule of the run's params."""

import logging
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tasks.errors import DataError
from tasks.params.promotion import PromotionParams
from tasks.registry.attempt import Attempt
from tasks.registry.history import registry_folder
from tasks.runs.metrics import METRICS
from tasks.runs.outcome import read_metrics, write_metrics
from tasks.runs.promotion_record import PromotionRecord
from tasks.storage.paths import Home
from tasks.storage.use import hold

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Promotion:
    """End of the step ``promote_model``.

    Attributes:
        path: the registry's folder.
        record: the decision.
        seconds: time that it took.
    """

    path: Path
    record: PromotionRecord
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, with the names of an ``Artifact``."""
        return {
            "path": str(self.path),
            "reused": False,
            "seconds": round(self.seconds, 3),
            **asdict(self.record),
        }


def promote_run(
    home: Home, name: str, run_id: str, params: PromotionParams, *, who: str
) -> Promotion:
    """Register a run's model as a version, and make it the champion if the rule says so.

    The decision is added to the run's metrics. A call that was killed can be made again: a
    promotion that it has written stands.

    Args:
        home: where run and registry are.
        name: of the registry.
        run_id: a run that trained to its end.
        params: the rule.
        who: who started the run.

    Raises:
        DataError: the run left no metrics, or its model or the registry is damaged.
        StorageError: the registry cannot be written.
    """
    started = time.monotonic()
    metrics = read_metrics(home, run_id)
    if metrics is None:
        raise DataError(
            f"{home.run(run_id)} has no {METRICS}; expected the folder of a run that trained to "
            "its end"
        )
    # Nobody deletes it while it is compared.
    hold(home.models / metrics.model.digest)
    record = None
    while record is None:
        record = Attempt(home, name, metrics, params, who).record()
    write_metrics(home, run_id, replace(metrics, promotion=record))
    logger.info("%s", record.sentence())
    return Promotion(registry_folder(home, name), record, time.monotonic() - started)
