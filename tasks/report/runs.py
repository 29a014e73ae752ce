"""All runs of a home, side by side."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.runs.outcome import METRICS, read_metrics
from tasks.runs.record import data_name, read_steps
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

#: The most runs that are shown; older ones are still in their folders.
MOST_RUNS = 200

# Enough to tell data sets apart; the comparison shows all of it.
_SHORT_DIGEST = 8


@dataclass(frozen=True)
class RunRow:
    """A run that trained to its end, or found its model made.

    Attributes:
        name: of its folder.
        run_id: as Airflow has it.
        ended: when it left its metrics, to the minute, UTC.
        data: ``sample`` or the name of the data set's archive, where it is known, and the first
            digits of its content's digest.
        dataset: that digest, whole.
        network: what the features come from.
        engine: what computed them.
        batch_size, epochs: of the training.
        top1: accuracy on the validation records.
        seconds: of all its steps together; those of the job where it was submitted by hand.
        reused: the steps that found their artefact made.
        has_report: whether there is a page about it.
        facts: everything that two runs can be compared by.
    """

    name: str
    run_id: str
    ended: str
    data: str
    dataset: str
    network: str
    engine: str
    batch_size: int
    epochs: int
    top1: float
    seconds: float
    reused: tuple[str, ...]
    has_report: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """What two runs have to say on one matter."""

    name: str
    first: Any
    second: Any

    @property
    def differs(self) -> bool:
        """Whether they say different things."""
        return bool(self.first != self.second)


def read_runs(home: Home) -> list[RunRow]:
    """Return the newest runs that have metrics, the oldest first.

    A run whose files cannot be read is left out, with a warning.
    """
    found = sorted(home.runs.glob(f"*/{METRICS}"), key=lambda path: path.stat().st_mtime)
    return [row for path in found[-MOST_RUNS:] if (row := _read_run(home, path))]


def best_runs(rows: Sequence[RunRow]) -> set[str]:
    """Return the name of the most accurate run on every data set, the first of equals."""
    best: dict[str, RunRow] = {}
    for row in rows:
        if row.dataset not in best or row.top1 > best[row.dataset].top1:
            best[row.dataset] = row
    return {row.name for row in best.values()}


def compare(first: RunRow, second: RunRow) -> list[Difference]:
    """Return all facts of two runs, those that one of them lacks as None."""
    names = dict.fromkeys([*first.facts, *second.facts])
    return [Difference(name, first.facts.get(name), second.facts.get(name)) for name in names]


def _read_run(home: Home, path: Path) -> RunRow | None:
    try:
        return _row(home, path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("%s is left out: it cannot be read (%r)", path, error)
        return None


def _row(home: Home, path: Path) -> RunRow:
    name = path.parent.name
    metrics = read_metrics(home, name)
    if metrics is None:
        raise KeyError(METRICS)
    steps = [step for step in read_steps(home, name) if step["task_id"] != "report"]
    params = next((step["params"] for step in steps if "params" in step), metrics["config"])
    dataset = metrics["digests"]["validation"]["dataset"]
    seconds = sum(step["seconds"] for step in steps) or metrics["model"]["seconds"]
    # Metrics of a model that was reused tell when it was trained, not when this run ended.
    ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    last = metrics["epochs"][-1]
    return RunRow(
        name=name,
        run_id=metrics["run_id"],
        ended=f"{ended:%Y-%m-%d %H:%M}",
        data=f"{data_name(params)} {dataset[:_SHORT_DIGEST]}".strip(),
        dataset=dataset,
        # Metrics of older versions do not name it.
        network=metrics.get("network") or params.get("network", "inception_v1"),
        engine=params["feature_engine"],
        batch_size=metrics["plan"]["batch_size"],
        epochs=params["epochs"],
        top1=float(metrics["top1"]),
        seconds=float(seconds),
        reused=tuple(step["task_id"] for step in steps if step["reused"]),
        has_report=home.report(name).is_file(),
        facts={
            "top-1 accuracy": round(metrics["top1"], 4),
            "loss of the last epoch": last["loss"] and round(last["loss"], 4),
            "seconds": round(seconds, 1),
            "data set": dataset,
            **{f"{split} records": count for split, count in metrics["records"].items()},
            **params,
            "optimizer": metrics["plan"]["optimizer"],
            "cores": metrics["plan"]["cores"],
            **metrics["versions"],
        },
    )
