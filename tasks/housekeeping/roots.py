"""Roots: the runs and artefacts that ``graft gc`` keeps, with all that they need."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from tasks.housekeeping.item import RUNS, Item, Ref
from tasks.runs.metrics import METRICS
from tasks.runs.record import TASK_IDS
from tasks.storage.local_files import read_json_file
from tasks.storage.manifest import MANIFEST
from tasks.storage.use import held_alone

#: A run without an end counts as going on for so long after its last step.
GOES_ON = timedelta(days=7)


def roots(items: Iterable[Item], *, keep: int, older_than: timedelta) -> set[Ref]:
    """Return the runs and artefacts that somebody may want.

    They are the newest runs, the newest models, the runs that go on, what a process uses at this
    moment, and what was used lately.

    Args:
        items: the inventory.
        keep: how many runs and how many models are kept, the newest.
        older_than: what was used within this time is kept.
    """
    listed = list(items)
    now = time.time()
    runs = [item for item in listed if item.kind == RUNS]
    models = [item for item in listed if item.kind == "models" and item.manifest]
    samples = [item for item in listed if item.kind == "samples"]
    return {
        item.ref
        for item in (
            *sorted(runs, key=_last_use)[-keep:],
            *sorted(models, key=_made_at)[-keep:],
            *sorted(samples, key=_last_use)[-1:],
            *(run for run in runs if _goes_on(run, now)),
            *(item for item in listed if is_in_use(item)),
            *(item for item in listed if now - item.last_use < older_than.total_seconds()),
        )
    }


def is_in_use(item: Item) -> bool:
    """Return True if a process uses an item at this moment, or this user may not tell."""
    if item.lock and is_locked(item.lock):
        return True
    if not isinstance(item.path, Path) or not (item.path / MANIFEST).is_file():
        return False
    try:
        with held_alone(item.path) as alone:
            return not alone
    except FileNotFoundError:
        return False
    except PermissionError:
        return True


def is_locked(lock: Path) -> bool:
    """Return True if a process holds a lock; the file of one that is free may be missing."""
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, PermissionError):
        return True


def _last_use(item: Item) -> float:
    return item.last_use


def _made_at(model: Item) -> float:
    """Return when a model was made: its reuse makes it no newer."""
    made_at = model.manifest.made_at if model.manifest else ""
    return datetime.fromisoformat(made_at).timestamp() if made_at else 0.0


def _goes_on(run: Item, now: float) -> bool:
    """Return True if a run was active lately and left nothing that says it ended."""
    if now - run.last_use > GOES_ON.total_seconds() or not isinstance(run.path, Path):
        return False
    steps = run.path / "steps"
    if not steps.is_dir():
        # The job was submitted by hand: its metrics are its last file.
        return not (run.path / METRICS).is_file()
    return not any(_is_end(path) for path in steps.glob("*.json"))


def _is_end(step: Path) -> bool:
    """Return True if a step that ended well is the last of its run."""
    try:
        content = read_json_file(step)
        return not content.get("error") and (
            content["task_id"] == TASK_IDS[-1] or bool(content.get("unchanged"))
        )
    except (OSError, ValueError, KeyError, AttributeError):
        return False
