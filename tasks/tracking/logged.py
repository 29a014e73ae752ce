"""Record of a run on an MLflow server, as one line between two processes."""

import json
from dataclasses import asdict, dataclass

from tasks.runs.typed_json import from_json


@dataclass(frozen=True)
class Logged:
    """A run that was logged.

    Attributes:
        run_id: Graft's id.
        run: MLflow's id; empty if the run is not logged.
        version: of the registered model in MLflow; empty if the run has none there.
        number: of the version in Graft's registry; 0 if the run has none.
        error: what is not logged and why; empty if all is.
    """

    run_id: str
    run: str = ""
    version: str = ""
    number: int = 0
    error: str = ""

    def as_line(self) -> str:
        """Return the fields as a line of JSON."""
        return f"{json.dumps(asdict(self))}\n"

    @classmethod
    def from_line(cls, line: str) -> "Logged":
        """Return what ``as_line`` described."""
        return from_json(cls, json.loads(line))
