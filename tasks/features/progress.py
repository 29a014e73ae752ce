"""Progress lines for a log: whole lines, every few seconds, never a bar."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)

INTERVAL = 5.0


class Progress:
    """Counts of some work, and the lines that report them: how much is done, how fast, time left.

    Args:
        task: name of the work, the first word of every line.
        unit: name of the things that are counted, in the plural.
    """

    def __init__(self, task: str, unit: str) -> None:
        self._task = task
        self._unit = unit
        self._total = 0
        self._found = 0
        self._started = time.monotonic()

    def expect(self, count: int, found: int = 0) -> None:
        """Add ``count`` units of work, of which ``found`` were done by an earlier run."""
        self._total += count
        self._found += found

    def line(self, done: int) -> str:
        """Return the line for ``done`` units that this run has finished."""
        seconds = max(time.monotonic() - self._started, 1e-9)
        rate = done / seconds
        done += self._found
        left = f"{(self._total - done) / rate:.0f} s left" if rate else "just started"
        if done >= self._total:
            left = f"in {seconds:.1f} s"
        return f"{self._task}: {done:,} of {self._total:,} {self._unit}, {rate:.1f}/s, {left}"


@contextmanager
def reported(
    progress: Progress, done: Callable[[], int], interval: float = INTERVAL
) -> Iterator[None]:
    """Log a line every ``interval`` seconds while ``done()`` grows, and one at the end."""
    finished = threading.Event()
    last = 0

    def report() -> None:
        nonlocal last
        while not finished.wait(interval):
            if done() != last:
                last = done()
                logger.info(progress.line(last))

    reporter = threading.Thread(target=report, name="progress", daemon=True)
    reporter.start()
    try:
        yield
    finally:
        finished.set()
        reporter.join()
    if done() != last:
        logger.info(progress.line(done()))
