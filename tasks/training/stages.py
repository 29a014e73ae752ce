"""Time of the stages of a job."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stages:
    """Seconds of every stage of a job, in the order in which they ended."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Record the time of the body under ``name``, unless it raises."""
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 3)
