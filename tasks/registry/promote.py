"""Promotion of a run's model, by the rule of the run's params."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tasks.errors import DataError
from tasks.params.promotion import PromotionParams
from tasks.registry.describe import registration, version_of_run
from tasks.registry.event import Event
from tasks.registry.history import change_registry, read_registry, registry_folder
from tasks.registry.measure import measure
from tasks.registry.rule import Decision, Measured, decide
from tasks.registry.state import Registry
from tasks.runs.metrics import METRICS, RunMetrics
from tasks.runs.outcome import read_metrics, write_metrics
from tasks.runs.promotion_record import Comparison, PromotionRecord
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
        record = _Attempt(home, name, metrics, params, who).record()
    write_metrics(home, run_id, replace(metrics, promotion=record))
    logger.info("%s", record.sentence())
    return Promotion(registry_folder(home, name), record, time.monotonic() - started)


@dataclass(frozen=True)
class _Attempt:
    """A comparison with the champion of this moment, and a decision that holds while it is it."""

    home: Home
    name: str
    metrics: RunMetrics
    params: PromotionParams
    who: str

    def record(self) -> PromotionRecord | None:
        """Return the decision; None if another process changed the champion meanwhile."""
        registry = read_registry(self.home, self.name)
        champion = registry.champion
        if champion and champion.model == self.metrics.model.digest:
            return self._standing()
        measured = measure(self.home, self.metrics, champion) if champion else None
        decision = self._decide(registry, measured)
        comparison = measured if isinstance(measured, Comparison) else None
        decided = []

        def change(now: Registry) -> Sequence[Event]:
            if now.champions != registry.champions:
                return ()
            version = version_of_run(self.home, self.metrics, now)
            decided.append(version.number)
            event = Event(
                kind="promoted" if decision.promoted else "not promoted",
                number=version.number,
                who=self.who,
                why=decision.why,
                run_id=self.metrics.run_id,
                comparison=comparison,
                shortfall=decision.shortfall,
            )
            return *registration(now, version, self.who), event

        change_registry(self.home, self.name, change)
        if not decided:
            return None
        return PromotionRecord(
            version=decided[0],
            promoted=decision.promoted,
            why=decision.why,
            comparison=comparison,
        )

    def _decide(self, registry: Registry, measured: Measured) -> Decision:
        known = registry.version_of_model(self.metrics.model.digest)
        last = registry.last_event(known.number) if known else None
        rolled_back = last is not None and last.kind == "rolled back"
        return decide(
            self.params,
            top1=self.metrics.top1,
            measured=measured,
            shortfall=registry.champions[-1].shortfall if registry.champions else 0.0,
            rolled_back=f"by {last.who} at {last.at}" if last and rolled_back else "",
        )

    def _standing(self) -> PromotionRecord | None:
        """Return the decision about a model that is the champion; None if it no longer is.

        An earlier try of this run may have promoted it.
        """
        found: list[Event] = []

        def change(now: Registry) -> Sequence[Event]:
            version = version_of_run(self.home, self.metrics, now)
            if now.champion is None or now.champion.number != version.number:
                return ()
            found.append(now.champions[-1])
            return registration(now, version, self.who)

        change_registry(self.home, self.name, change)
        if not found:
            return None
        promotion = found[0]
        ours = promotion.run_id == self.metrics.run_id
        return PromotionRecord(
            version=promotion.number,
            promoted=ours,
            why=promotion.why if ours else "it is the champion already",
            comparison=promotion.comparison if ours else None,
        )
