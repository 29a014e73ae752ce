"""Display of the optimiser's log while training writes it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from tasks.runs.training_record import Epoch
from tasks.training.optimizer_log import (
    finite_epochs,
    is_set_aside,
    read_epochs,
    set_aside_line,
)

_POLL_SECONDS = 0.2


@contextmanager
def followed(path: Path, show: Callable[[str], None], *, iterations: bool) -> Iterator[None]:
    """Call ``show`` with the line of every new epoch as soon as it is in the log.

    Args:
        path: the log, which need not exist yet; the epochs of earlier tries are not shown.
        show: gets one line at a time; also that of every epoch on the records set aside.
        iterations: show all of BigDL's own lines instead.
    """
    finished = threading.Event()
    known = finite_epochs(path)
    known_lines = _line_count(path)

    def follow() -> None:
        lines = _tail(path, finished)
        if iterations:
            for line in islice(lines, known_lines, None):
                show(line)
        else:
            watched = _showing_set_aside(lines, known_lines, show)
            for epoch in islice(read_epochs(watched), known, None):
                show(epoch_line(epoch))

    follower = threading.Thread(target=follow, name="optimizer-log", daemon=True)
    follower.start()
    try:
        yield
    finally:
        finished.set()
        follower.join()


def epoch_line(epoch: Epoch) -> str:
    """Return the line to show after an epoch, in the words of the original example."""
    return (
        f"[Epoch {epoch.epoch} {epoch.records}/{epoch.total}][Iteration {epoch.iteration}]"
        f"[Wall Clock {epoch.wall_clock_seconds:.3f}s] Trained {epoch.records} records in "
        f"{epoch.seconds:.3f} seconds. Throughput is {epoch.records_per_second:.1f} "
        f"records/second. Loss is {epoch.loss:.4f}. Top1Accuracy is Accuracy(correct: "
        f"{epoch.correct}, count: {epoch.count}, accuracy: {epoch.top1:.4f})"
    )


def _showing_set_aside(
    lines: Iterator[str], known: int, show: Callable[[str], None]
) -> Iterator[str]:
    """Pass lines on; show those that are new and about the records set aside."""
    for number, line in enumerate(lines):
        if number >= known and is_set_aside(line):
            show(set_aside_line(line))
        yield line


def _line_count(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open(encoding="utf-8") as lines:
        return sum(1 for _ in lines)


def _tail(path: Path, finished: threading.Event) -> Iterator[str]:
    while not path.exists() and not finished.wait(_POLL_SECONDS):
        pass
    if not path.exists():
        return
    rest = ""
    with path.open(encoding="utf-8") as stream:
        while True:
            # Asked before reading, so that nothing written before the end is missed.
            last = finished.is_set()
            *whole, rest = (rest + stream.read()).split("\n")
            yield from whole
            if last:
                return
            finished.wait(_POLL_SECONDS)
