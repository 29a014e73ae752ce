"""A home after weeks of scheduled runs, without the runs: small artefacts that need each other."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.run_files import METRICS
from tasks.datasets.dataset import SPLITS
from tasks.runs.record import TASK_IDS
from tasks.storage import use
from tasks.storage.artifact import build
from tasks.storage.local_files import write_json
from tasks.storage.manifest import MANIFEST
from tasks.storage.paths import Home

DAY = 24 * 3600.0

#: Artefacts that are to be backdated.
_NEW: list[Path] = []


@dataclass(frozen=True)
class Week:
    """What a scheduled run left.

    Attributes:
        run: its folder.
        made: the artefacts that it used, by a name for each.
    """

    run: Path
    made: dict[str, Path]


def write_week(home: Home, number: int, days: float, **changes: str) -> Week:
    """Write what a run left that ended some days ago, and forget that this process made it.

    Args:
        home: where to.
        number: tells its data set from those of other weeks; all weeks have one checkpoint.
        days: the age of everything that the run was the last to use.
        changes: values of the run's training, such as ``data``, in place of those of the week.
    """
    data = changes.get("data", str(number))
    made = _artifacts(home, data, changes.get("params", str(number)))
    while _NEW:
        _backdate(_NEW.pop() / MANIFEST, days)
    run = home.run(f"scheduled__{number}")
    steps = ("download", "dataset", "checkpoint", "train", "validation", "model", "export")
    for task_id, name in zip(TASK_IDS, steps, strict=False):
        write_step(run, task_id, made[name])
    write_step(run, TASK_IDS[-1], home.registry / "flowers")
    write_json(run / "metrics.json", _metrics(made, run.name))
    age(run, days)
    for path in made.values():
        age(path, days)
    use._open_shared.cache_clear()
    return Week(run, made)


def write_step(run: Path, task_id: str, made: Path) -> None:
    """Write the record of a step that ended well."""
    facts = {"task_id": task_id, "path": str(made), "digest": made.name, "reused": False}
    write_json(run / "steps" / f"{task_id}.json", facts)


def age(path: Path, days: float) -> None:
    """Make a file, or a folder and all below it, as old as that."""
    then = time.time() - days * DAY
    for file in [*path.rglob("*"), path]:
        os.utime(file, (then, then))


def _artifacts(home: Home, data: str, params: str) -> dict[str, Path]:
    archive, weights = {"sha256": f"archive {data}", "name": "a.tar"}, {"sha256": "c", "name": "c"}
    made = {
        "download": _build(home.downloads, archive),
        "pretrained": _build(home.downloads, weights),
    }
    made["dataset"] = _build(home.datasets, {"archive": archive["sha256"], "layout": 1})
    made["checkpoint"] = _build(home.checkpoints, {"archive": "c", "network": "inception_v1"})
    made["weights"] = _build(home.weights, {"checkpoint": made["checkpoint"].name})
    digests = {kind: made[kind].name for kind in ("dataset", "checkpoint", "weights")}

    def dump(folder: Path) -> None:
        (folder / "model.bin").hardlink_to(made["weights"] / "file")
        write_json(folder / "pipeline.json", {"digests": digests})

    for split in SPLITS:
        recipe = {
            "split": split,
            "dataset": str(made["dataset"]),
            "checkpoint": digests["checkpoint"],
        }
        made[split] = _build(home.dumps, recipe, dump)
        recipe = {"split": split, "dataset": digests["dataset"], "weights": digests["weights"]}
        made[f"features {split}"] = _build(home.features, recipe)
    made["parity"] = _build(home.parity, {"features": made["features validation"].name})

    def model(folder: Path) -> None:
        write_json(folder / "metrics.json", _metrics(made, "run"))

    made["model"] = _build(home.models, {"dumps": [digests, digests], "params": params}, model)
    made["export"] = _build(home.exports, {"model": made["model"].name})
    return made


def _backdate(manifest: Path, days: float) -> None:
    made_at = datetime.now(UTC) - timedelta(days=days)
    fields = {**json.loads(manifest.read_text()), "made_at": made_at.isoformat()}
    manifest.write_text(json.dumps(fields))


def _build(
    folder: Path, recipe: dict[str, Any], make: Callable[[Path], None] | None = None
) -> Path:
    def fill(aside: Path) -> None:
        (aside / "file").write_text(json.dumps(recipe) * 50)

    made = build(folder, recipe, make or fill)
    if not made.reused:
        _NEW.append(made.path)
    return made.path


def _metrics(made: dict[str, Path], run_id: str) -> dict[str, Any]:
    model = made.get("model")
    return {
        **METRICS,
        "run_id": run_id,
        "dumps": {split: str(made[split]) for split in SPLITS},
        "features": {split: _record(made[f"features {split}"]) for split in SPLITS},
        "model": _record(model) if model else None,
    }


def _record(path: Path) -> dict[str, Any]:
    return {"path": str(path), "digest": path.name, "reused": False, "seconds": 1.0}


def present(home: Home) -> set[Path]:
    """Return the artefacts that are there."""
    return {path.parent for path in home.root.glob(f"*/[!.]*/{MANIFEST}")}
