"""Log of BigDL's optimisers: its epochs, and its continuation by a later try.

BigDL 2.3.0 reports its progress nowhere else: its local optimiser keeps no training summary. The
two optimisers word an iteration differently; both forms are those of the original example. The log
of a training that was resumed covers all its tries; a line marks where each later try begins.
"""

import math
import re
from collections.abc import Iterable, Iterator
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
_RESUMED = re.compile(r"Training resumed after epoch (?P<epoch>\d+)$")


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
    with path.open(encoding="utf-8", errors="replace") as log, aside.open("w") as cut:
        for line in log:
            cut.write(line)
            validated = _TOP1.match(line)
            if validated and int(validated["epoch"]) == epoch:
                break
        cut.write(f"Training resumed after epoch {epoch}\n")
    # A process that holds the old log open keeps writing to the unlinked file, not to this one.
    aside.replace(path)
