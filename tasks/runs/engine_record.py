"""Record of the feature engine of a run: which one, and why."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class EngineRecord:
    """A feature engine and the reason for it.

    Attributes:
        name: ``bigdl`` or ``tensorflow``.
        reason: a clause without a full stop.
    """

    name: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return asdict(self)

    def clause(self) -> str:
        """Return both, without a full stop."""
        return f"{self.name} ({self.reason})"
