"""Events of ``graft run``: what happens to its steps, for whatever shows them."""

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """Kinds of events."""

    STARTED = auto()
    SAID = auto()
    FAILED = auto()
    ENDED = auto()


@dataclass(frozen=True)
class RunEvent:
    """One event.

    Attributes:
        kind: what happened.
        text: the step's name if it started or ended, else a line about the step that runs.
    """

    kind: Kind
    text: str
