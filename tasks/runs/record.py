"""What a run did, step by step: a small JSON file for every step, in the run's folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tasks.storage.local_files import write_json
from tasks.storage.paths import Home

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


def data_name(params: Mapping[str, Any]) -> str:
    """Return ``sample`` or the name of the data set's archive, nothing where it is not known."""
    if params.get("source") == "sample":
        return "sample"
    return urlsplit(str(params.get("dataset_url", ""))).path.rpartition("/")[2]


def record_step(home: Home, run_id: str, task_id: str, facts: Mapping[str, Any]) -> Path:
    """Write a step's facts and return the file."""
    path = _file(home, run_id, task_id)
    write_json(path, {"task_id": task_id, **facts})
    return path


def record_failure(home: Home, run_id: str, task_id: str, message: str) -> Path:
    """Write why a step failed, until it succeeds after all, and return the file."""
    return record_step(home, run_id, task_id, {"error": message})


def forget_step(home: Home, run_id: str, task_id: str) -> None:
    """Forget what an earlier try of a step did."""
    _file(home, run_id, task_id).unlink(missing_ok=True)


def read_steps(home: Home, run_id: str) -> list[dict[str, Any]]:
    """Return the facts of every step that has ended well, in the pipeline's order."""
    return [step for step in _read(home, run_id) if "error" not in step]


def read_failures(home: Home, run_id: str) -> dict[str, str]:
    """Return why steps failed, by task id."""
    steps = _read(home, run_id)
    return {step["task_id"]: step["error"] for step in steps if "error" in step}


def _read(home: Home, run_id: str) -> list[dict[str, Any]]:
    files = [_file(home, run_id, task_id) for task_id in TASK_IDS]
    return [json.loads(path.read_text(encoding="utf-8")) for path in files if path.is_file()]


def _file(home: Home, run_id: str, task_id: str) -> Path:
    return home.run(run_id) / "steps" / f"{task_id}.json"
