"""Log of BigDL's optimisers: its epochs, and its continuation by a later try.

BigDL 2.3.0 reports its progress nowhere else: its local optimiser keeps no training summary. The
two optimisers word an iteration differently; both forms are those of the original example. The log
of a training that was resumed covers all its tries; a line marks where each later try begins.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.runs.training_record import Epoch

OPTIMIZER_LOG = "optimizer.log"

_NUMBER = r"[-+0-9.eE]+|NaN|-?Infinity"
_HEADER = (
    r"\[Epoch (?P<epoch>\d+) (?P<records>\d+)/(?P<total>\d+)\]"
    rf"\[Iteration (?P<iteration>\d+)\]\[Wall Clock (?P<wall_clock>{_NUMBER})s\] "
)
_LOCAL_STEP = re.compile(_HEADER + rf"loss is (?P<loss>{_NUMBER}), iteration time is ")
_DISTRIBUTED_STEP = re.compile(_HEADER + rf"Trained .* Loss is (?P<loss>{_NUMBER})\. ")
_TOP1 = re.compile(
    _HEADER + r"Top1Accuracy is Accuracy\(correct: (?P<correct>\d+), count: (?P<count>\d+), "
)
_SET_ASIDE_WORDS = "Set aside: "
_SET_ASIDE = re.compile(
    r"\[Epoch (?P<epoch>\d+)\]\[Iteration (?P<iteration>\d+)\] "
    rf"{_SET_ASIDE_WORDS}loss is (?P<loss>{_NUMBER}), "
)
_RESUMED = re.compile(r"Training resumed after epoch (?P<epoch>\d+)$")


@dataclass(frozen=True)
class SetAside:
    """Measurement of an epoch on the training records that are set aside.

    Attributes:
        epoch: its number.
        iteration: the number of its last training step.
        loss: mean cross entropy, with the weights of the classes.
    """

    epoch: int
    iteration: int
    loss: float


def read_epochs(lines: Iterable[str]) -> Iterator[Epoch]:
    """Yield every epoch whose validation is in ``lines``."""
    losses: list[float] = []
    # BigDL's clock starts from 0 whenever training is resumed.
    started = before = 0.0
    for line in lines:
        if _RESUMED.match(line):
            losses, started = [], before
        step = _LOCAL_STEP.match(line) or _DISTRIBUTED_STEP.match(line)
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
    """Return the epochs after which training was resumed."""
    return [int(found["epoch"]) for found in map(_RESUMED.match, lines) if found]


def is_set_aside(line: str) -> bool:
    """Return whether a line is about the records that are set aside."""
    return _SET_ASIDE_WORDS in line and _SET_ASIDE.match(line) is not None


def set_aside_line(line: str) -> str:
    """Return such a line to show, with as many digits as an epoch's own."""
    return re.sub(r"loss is ([-+0-9.eE]+),", lambda loss: f"loss is {float(loss[1]):.4f},", line)


def read_set_aside(path: Path) -> list[SetAside]:
    """Return the measurements of all epochs in a log on the records set aside, in order."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", errors="replace") as lines:
        found = [_SET_ASIDE.match(line) for line in lines if _SET_ASIDE_WORDS in line]
    return [SetAside(int(f["epoch"]), int(f["iteration"]), float(f["loss"])) for f in found if f]


def best_set_aside(path: Path) -> SetAside | None:
    """Return the first epoch of the lowest loss on the records set aside, None without any."""
    measured = [epoch for epoch in read_set_aside(path) if math.isfinite(epoch.loss)]
    return min(measured, key=lambda epoch: epoch.loss, default=None)


def finite_epochs(path: Path) -> int:
    """Return the number of epochs in a log before the first whose loss is not finite."""
    if not path.exists():
        return 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        losses = [epoch.loss for epoch in read_epochs(lines)]
    return next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))


def cut_log(path: Path, epoch: int) -> None:
    """Cut a log after ``epoch`` and add the line that training is resumed there."""
    aside = path.with_name(f".{path.name}")
    covered = False
    with path.open(encoding="utf-8", errors="replace") as log, aside.open("w") as cut:
        for line in log:
            measured = _SET_ASIDE.match(line)
            if not covered or (measured and int(measured["epoch"]) == epoch):
                cut.write(line)
            validated = _TOP1.match(line)
            covered = covered or bool(validated and int(validated["epoch"]) == epoch)
        cut.write(f"Training resumed after epoch {epoch}\n")
    # A process that holds the old log open keeps writing to the unlinked file, not to this one.
    aside.replace(path)
