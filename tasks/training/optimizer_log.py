"""Reads what BigDL's optimisers log and follows the log while they write it.

BigDL 2.3.0 reports its progress nowhere else: its local optimiser keeps no training summary. The
two optimisers word an iteration differently; both forms are those of the original example. A
training that was resumed has one log, with a line where each try but the first begins.
"""

import math
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

OPTIMIZER_LOG = "optimizer.log"

_NUMBER = r"[-+0-9.eE]+|NaN|-?Infinity"
_HEADER = (
    r"\[Epoch (?P<epoch>\d+) (?P<records>\d+)/(?P<total>\d+)\]"
    rf"\[Iteration (?P<iteration>\d+)\]\[Wall Clock (?P<wall_clock>{_NUMBER})s\] "
)
_LOCAL = re.compile(_HEADER + rf"loss is (?P<loss>{_NUMBER}), iteration time is ")
_DISTRIBUTED = re.compile(_HEADER + rf"Trained .* Loss is (?P<loss>{_NUMBER})\. ")
_TOP1 = re.compile(
    _HEADER + r"Top1Accuracy is Accuracy\(correct: (?P<correct>\d+), count: (?P<count>\d+), "
)
_RESUMED = re.compile(r"Training resumed after epoch (?P<epoch>\d+)$")
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Epoch:
    """One pass over the training records.

    Attributes:
        epoch: its number, from 1.
        iteration: the number of its last training step.
        records: how many records were trained on; the last batch is filled up from the beginning.
        total: how many records there are.
        loss: mean cross entropy of its training steps.
        correct: how many validation records were right after it.
        count: how many validation records there are.
        seconds: time of its training steps, without validation.
        wall_clock_seconds: time of all training steps so far.
    """

    epoch: int
    iteration: int
    records: int
    total: int
    loss: float
    correct: int
    count: int
    seconds: float
    wall_clock_seconds: float

    @property
    def top1(self) -> float:
        """Top-1 accuracy on the validation records."""
        return self.correct / self.count

    @property
    def records_per_second(self) -> float:
        """Training throughput."""
        return self.records / max(self.seconds, 1e-9)

    def as_dict(self) -> dict[str, Any]:
        """Return fields and derived figures as JSON types."""
        figures = {"top1": self.top1, "records_per_second": round(self.records_per_second, 1)}
        return {**asdict(self), **figures}

    def line(self) -> str:
        """Return what to print after the epoch, in the words of the original example."""
        return (
            f"[Epoch {self.epoch} {self.records}/{self.total}][Iteration {self.iteration}]"
            f"[Wall Clock {self.wall_clock_seconds:.3f}s] Trained {self.records} records in "
            f"{self.seconds:.3f} seconds. Throughput is {self.records_per_second:.1f} "
            f"records/second. Loss is {self.loss:.4f}. Top1Accuracy is Accuracy(correct: "
            f"{self.correct}, count: {self.count}, accuracy: {self.top1:.4f})"
        )


def read_epochs(lines: Iterable[str]) -> Iterator[Epoch]:
    """Yield every epoch whose validation is in ``lines``."""
    losses: list[float] = []
    # BigDL's clock starts from 0 whenever training is resumed.
    started = before = 0.0
    for line in lines:
        if _RESUMED.match(line):
            losses, started = [], before
        step = _LOCAL.match(line) or _DISTRIBUTED.match(line)
        if step:
            losses.append(float(step["loss"]))
        validated = _TOP1.match(line)
        if validated and losses:
            wall_clock = started + float(validated["wall_clock"])
            yield Epoch(
                epoch=int(validated["epoch"]),
                iteration=int(validated["iteration"]),
                records=int(validated["records"]),
                total=int(validated["total"]),
                loss=sum(losses) / len(losses),
                correct=int(validated["correct"]),
                count=int(validated["count"]),
                seconds=wall_clock - before,
                wall_clock_seconds=wall_clock,
            )
            losses, before = [], wall_clock


def read_resumed(lines: Iterable[str]) -> list[int]:
    """Return after which epochs training was resumed."""
    return [int(found["epoch"]) for found in map(_RESUMED.match, lines) if found]


def finite_epochs(path: Path) -> int:
    """Return how many epochs a log holds, up to the first whose loss is no number."""
    if not path.exists():
        return 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        losses = [epoch.loss for epoch in read_epochs(lines)]
    return next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))


def cut_log(path: Path, epoch: int) -> None:
    """Cut a log after ``epoch`` and write that training is resumed there."""
    aside = path.with_name(f".{path.name}")
    with path.open(encoding="utf-8", errors="replace") as log, aside.open("w") as cut:
        for line in log:
            cut.write(line)
            validated = _TOP1.match(line)
            if validated and int(validated["epoch"]) == epoch:
                break
        cut.write(f"Training resumed after epoch {epoch}\n")
    # Whoever still writes to the old file writes to a file without a name.
    aside.replace(path)


@contextmanager
def followed(path: Path, show: Callable[[str], None], *, iterations: bool) -> Iterator[None]:
    """Call ``show`` with every new epoch's line as soon as it is in the log.

    Args:
        path: the log, which need not exist yet; what it holds of earlier tries is not shown.
        show: gets one line at a time.
        iterations: whether to show BigDL's own lines instead, all of them.
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
            for epoch in islice(read_epochs(lines), known, None):
                show(epoch.line())

    follower = threading.Thread(target=follow, name="optimizer-log", daemon=True)
    follower.start()
    try:
        yield
    finally:
        finished.set()
        follower.join()


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
