"""Outcome of the Spark job, as files in the run's folder: metrics, or the error that ended it.

The submitter sees no more of ``spark-submit`` than an exit status and a log.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from tasks import errors
from tasks.errors import GraftError
from tasks.runs.metrics import METRICS, RunMetrics
from tasks.runs.typed_json import read_json
from tasks.storage.local_files import storage_errors, write_json
from tasks.storage.paths import Home

_ERROR = "error.json"


@dataclass(frozen=True)
class _Error:
    """Class and message of a ``GraftError``."""

    type: str
    message: str


def clear_outcome(home: Home, run_id: str) -> None:
    """Remove the outcome of an earlier try of the same run.

    Raises:
        StorageError: a file cannot be removed.
    """
    for name in (METRICS, _ERROR):
        path = home.run(run_id) / name
        with storage_errors(path):
            path.unlink(missing_ok=True)


def write_metrics(home: Home, run_id: str, metrics: RunMetrics) -> None:
    """Write the job's last file: it exists if, and only if, the job did all that it should."""
    write_json(home.run(run_id) / METRICS, metrics.as_json())


def write_error(home: Home, run_id: str, error: GraftError) -> None:
    """Write an error that the user can correct."""
    write_json(home.run(run_id) / _ERROR, asdict(_Error(type(error).__name__, str(error))))


def read_metrics(home: Home, run_id: str) -> RunMetrics | None:
    """Return the metrics of a job that ended well, else None.

    Raises:
        DataError: the file is damaged or lacks a field.
    """
    folder = home.run(run_id)
    return RunMetrics.read(folder) if (folder / METRICS).is_file() else None


def run_id_of(folder: Path) -> str:
    """Return the id of the run in a folder, as its metrics have it, else the folder's name.

    Raises:
        DataError: the metrics are damaged or lack a field.
    """
    return RunMetrics.read(folder).run_id if (folder / METRICS).is_file() else folder.name


def read_error(home: Home, run_id: str) -> GraftError | None:
    """Return the error that ended the job, None where the job did not leave one.

    Raises:
        DataError: the file is damaged or lacks a field.
    """
    path = home.run(run_id) / _ERROR
    if not path.is_file():
        return None
    error = read_json(_Error, path)
    kind = getattr(errors, error.type, None)
    if isinstance(kind, type) and issubclass(kind, GraftError):
        return kind(error.message)
    return GraftError(error.message)
