"""Progress lines: how many pictures are done, how fast, and how long it will take."""

import logging
import time

logger = logging.getLogger(__name__)

_PROGRESS_SECONDS = 5.0


class PictureProgress:
    """Counts pictures and logs a line every few seconds.

    Args:
        task: what is done to them, the first words of every line.
        total: how many there are, if that is known.
    """

    def __init__(self, task: str, total: int | None) -> None:
        self.done = 0
        self._task = task
        self._total = total
        self._started = self._logged = time.monotonic()

    def add(self, count: int) -> None:
        """Count more pictures."""
        self.done += count
        now = time.monotonic()
        if now - self._logged >= _PROGRESS_SECONDS:
            self._logged = now
            logger.info("%s", self._line(now, finished=False))

    def finish(self) -> None:
        """Log the closing line."""
        logger.info("%s", self._line(time.monotonic(), finished=True))

    def _line(self, now: float, *, finished: bool) -> str:
        seconds = max(now - self._started, 1e-3)
        rate = self.done / seconds
        total = left = ""
        if finished:
            left = f", in {seconds:.1f} s"
        elif self._total is not None and rate:
            total = f" of {self._total:,}"
            left = f", {max(self._total - self.done, 0) / rate:.0f} s left"
        return f"{self._task}: {self.done:,}{total} pictures, {rate:,.0f}/s{left}"
