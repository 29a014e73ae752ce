"""What a run did, step by step: a small JSON file for every step, in the run's folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.artifact import write_json
from tasks.paths import Home

DAG_ID = "flowers_transfer_learning"
TASK_IDS = (
    "download_dataset",
    "extract_dataset",
    "fetch_checkpoint",
    "dump_train",
    "dump_validation",
    "train_classifier",
    "report",
)


def record_step(home: Home, run_id: str, task_id: str, facts: Mapping[str, Any]) -> Path:
    """Write a step's facts and return the file."""
    path = home.run(run_id) / "steps" / f"{task_id}.json"
    write_json(path, {"task_id": task_id, **facts})
    return path


def read_steps(home: Home, run_id: str) -> list[dict[str, Any]]:
    """Return the facts of every step that has ended, in the pipeline's order."""
    folder = home.run(run_id) / "steps"
    files = [folder / f"{task_id}.json" for task_id in TASK_IDS]
    return [json.loads(path.read_text(encoding="utf-8")) for path in files if path.is_file()]
