"""Record of a run's steps: a small JSON file for every step, in the run's folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tasks.datasets.pair import Pair
from tasks.pipelines.names import BUILT_IN, dag_id
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.typed_json import read_json
from tasks.storage.local_files import storage_errors, write_json
from tasks.storage.paths import Home

#: The built-in pipeline's.
DAG_ID = dag_id(BUILT_IN)
EXPORT, PROMOTE = "export_model", "promote_model"
TASK_IDS = (
    "download_dataset",
    "extract_dataset",
    "fetch_checkpoint",
    "dump_train",
    "dump_validation",
    "train_classifier",
    EXPORT,
    "report",
    PROMOTE,
)
#: Steps that make no artefact: what they do concerns their run alone.
WITHOUT_ARTIFACT = ("report", PROMOTE)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Record of a step that ended; a step leaves out the fields that it has no use for.

    Attributes:
        task_id: the step.
        path: its artefact, a path or a URL.
        digest: the digest of the artefact's recipe.
        reused: whether the artefact existed before.
        seconds: duration of the step.
        params: the run's params; ``train_classifier`` records them.
        features: artefacts of the features; ``train_classifier`` records them.
        unchanged: whether training was skipped because a model of the same inputs exists.
        top1: accuracy of the model.
        records: validation records that it was measured on; recorded with ``unchanged``.
        finished_at: end of the training that made the model, ISO 8601; recorded with ``unchanged``.
        error: why the step failed, None for a step that ended well.
    """

    task_id: str
    path: str = ""
    digest: str = ""
    reused: bool = False
    seconds: float = 0.0
    params: dict[str, Any] | None = None
    features: Pair[ArtifactRecord] | None = None
    unchanged: bool = False
    top1: float | None = None
    records: int | None = None
    finished_at: str | None = None
    error: str | None = None


def data_name(params: Mapping[str, Any]) -> str:
    """Return ``sample``, or the name of the data set's file or folder; empty if not recorded."""
    if params.get("source") == "sample":
        return "sample"
    return urlsplit(str(params.get("dataset_url", ""))).path.rstrip("/").rpartition("/")[2]


def record_step(home: Home, run_id: str, task_id: str, facts: Mapping[str, Any]) -> Path:
    """Write a step's record and return the file.

    Args:
        home: where the run's folder is.
        run_id: the run.
        task_id: the step.
        facts: the fields of ``Step``, and any others, as JSON types.
    """
    path = _file(home.run(run_id), task_id)
    write_json(path, {"task_id": task_id, **facts})
    return path


def record_failure(home: Home, run_id: str, task_id: str, message: str) -> Path:
    """Write why a step failed and return the file; a later try replaces it."""
    return record_step(home, run_id, task_id, {"error": message})


def forget_step(home: Home, run_id: str, task_id: str) -> None:
    """Remove the record of an earlier try of a step.

    Raises:
        StorageError: the file cannot be removed.
    """
    path = _file(home.run(run_id), task_id)
    with storage_errors(path):
        path.unlink(missing_ok=True)


def read_steps(home: Home, run_id: str) -> list[Step]:
    """Return the record of every step that ended well, in the order of the DAG.

    Raises:
        DataError: a file is damaged.
    """
    return [step for step in _read(home, run_id) if step.error is None]


def read_failures(home: Home, run_id: str) -> dict[str, str]:
    """Return why steps failed, by task id.

    Raises:
        DataError: a file is damaged.
    """
    return {s.task_id: s.error for s in _read(home, run_id) if s.error is not None}


def read_step(folder: Path, task_id: str) -> Step | None:
    """Return the record of a step, also of one that failed; None if it has none.

    Args:
        folder: the run's.
        task_id: the step.

    Raises:
        DataError: the file is damaged.
    """
    path = _file(folder, task_id)
    return read_json(Step, path) if path.is_file() else None


def exported(folder: Path) -> Step | None:
    """Return the record of the export of a run; None if it has made none.

    Args:
        folder: the run's.

    Raises:
        DataError: the file is damaged.
    """
    step = read_step(folder, EXPORT)
    return step if step and step.error is None else None


def _read(home: Home, run_id: str) -> list[Step]:
    steps = (read_step(home.run(run_id), task_id) for task_id in TASK_IDS)
    return [step for step in steps if step]


def _file(folder: Path, task_id: str) -> Path:
    return folder / "steps" / f"{task_id}.json"
