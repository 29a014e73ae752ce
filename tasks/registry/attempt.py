"""One try to promote a run's model: a comparison with the champion, and a decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.params.promotion import PromotionParams
from tasks.registry.describe import registration, version_of_run
from tasks.registry.event import Event
from tasks.registry.history import change_registry, read_registry
from tasks.registry.measure import measure
from tasks.registry.rule import Decision, Measured, decide
from tasks.registry.score import Score
from tasks.registry.state import Registry
from tasks.runs.metrics import RunMetrics
from tasks.runs.promotion_record import Comparison, PromotionRecord
from tasks.storage.paths import Home


@dataclass(frozen=True)
class Attempt:
    """A comparison with the champion of this moment, and a decision that holds while it is it.

    Attributes:
        home: where run and registry are.
        name: of the registry.
        metrics: of the run.
        params: the rule.
        who: who started the run.
    """

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
        number = self._write(registry, decision, comparison)
        if number is None:
            return None
        return PromotionRecord(
            version=number, promoted=decision.promoted, why=decision.why, comparison=comparison
        )

    def _decide(self, registry: Registry, measured: Measured) -> Decision:
        known = registry.version_of_model(self.metrics.model.digest)
        last = registry.last_event(known.number) if known else None
        rolled_back = last is not None and last.kind == "rolled back"
        return decide(
            self.params,
            score=Score.of(self.metrics.top1, self.metrics.records.validation),
            measured=measured,
            shortfall=registry.champions[-1].shortfall if registry.champions else 0.0,
            rolled_back=f"by {last.who} at {last.at}" if last and rolled_back else "",
        )

    def _write(
        self, compared: Registry, decision: Decision, comparison: Comparison | None
    ) -> int | None:
        """Write a decision and return the version's number; None if the champion has changed."""
        numbers: list[int] = []

        def change(now: Registry) -> Sequence[Event]:
            if now.champions != compared.champions:
                return ()
            version = version_of_run(self.home, self.metrics, now)
            numbers.append(version.number)
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
        return numbers[0] if numbers else None

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
