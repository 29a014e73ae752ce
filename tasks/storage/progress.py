"""Progress lines of a transfer or a check; its size may be unknown."""

import logging
import time

logger = logging.getLogger(__name__)

_MIB = 2**20
_PROGRESS_SECONDS = 5.0


class ByteProgress:
    """Counts bytes and logs a line every few seconds.

    Attributes:
        done: number of bytes so far.
        is_shown: True once a line was logged.

    Args:
        label: name of the file, the first word of every line.
        offset: number of bytes from an earlier attempt.
        total: size of the whole file in bytes, if it is known.
        quiet: whether to count only, without a line.
    """

    def __init__(self, label: str, offset: int, total: int | None, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self.done = offset
        self.is_shown = False
        self._label = label
        self._offset = offset
        self._total = total
        self._started = self._logged = time.monotonic()

    def __str__(self) -> str:
        total = "" if self._total is None else f" of {self._total:,}"
        return f"{self.done:,}{total} bytes"

    def add(self, count: int) -> None:
        """Count ``count`` more bytes."""
        self.done += count
        now = time.monotonic()
        if now - self._logged >= _PROGRESS_SECONDS:
            self._logged = now
            self._log(now)

    def finish(self) -> None:
        """Log the closing line."""
        self._total = self.done
        self._log(time.monotonic())

    def _log(self, now: float) -> None:
        if self._quiet:
            return
        self.is_shown = True
        seconds = max(now - self._started, 1e-3)
        rate = max(self.done - self._offset, 1) / seconds
        total = left = ""
        if self._total is not None:
            total = f" of {self._total / _MIB:.1f}"
            left = f", {(self._total - self.done) / rate:.0f} s left"
        if self._total == self.done:
            left = f", done in {seconds:.1f} s"
        done = f"{self.done / _MIB:.1f}{total} MiB"
        logger.info("%s: %s, %.1f MiB/s%s", self._label, done, rate / _MIB, left)
