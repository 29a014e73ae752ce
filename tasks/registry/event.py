"""Event of a registry: a line of its history."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from tasks.registry.version import Version
from tasks.runs.promotion_record import Comparison

EventKind = Literal["registered", "promoted", "not promoted", "rolled back"]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Event in the history of a version: the change, its author and the reason.

    Attributes:
        kind: ``registered``: the version exists from now on, as ``version`` describes it.
            ``promoted``: it is the champion. ``not promoted``: a run's rule refused it.
            ``rolled back``: it is no longer the champion; the one before it is.
        number: of the version.
        who: a person or a run.
        why: a clause.
        run_id: the run that did it; None if a person did.
        version: description of the version; None but in ``registered``.
        comparison: with the champion of that time; None where there was none, and by hand.
        shortfall: how much less accurate than the best champion before it the version may be, from
            0 to 1; see ``tasks.registry.rule``.
        at: time, ISO 8601 with an offset.
    """

    kind: EventKind
    number: int
    who: str
    why: str
    run_id: str | None = None
    version: Version | None = None
    comparison: Comparison | None = None
    shortfall: float = 0.0
    at: str = field(default_factory=_now)

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return {name: value for name, value in asdict(self).items() if value is not None}
