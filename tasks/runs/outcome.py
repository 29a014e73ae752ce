"""How the Spark job tells its submitter what came of it: files in the run's folder.

A submitter sees no more of ``spark-submit`` than an exit status and a log.
"""

import json
from typing import Any

from tasks import errors
from tasks.errors import GraftError
from tasks.storage.local_files import write_json
from tasks.storage.paths import Home

METRICS = "metrics.json"
#: Of a model's recipe: a model of another one is trained anew.
MODEL_FORMAT = 1
_ERROR = "error.json"


def clear_outcome(home: Home, run_id: str) -> None:
    """Forget what an earlier try of the same run left."""
    for name in (METRICS, _ERROR):
        (home.run(run_id) / name).unlink(missing_ok=True)


def write_metrics(home: Home, run_id: str, metrics: dict[str, Any]) -> None:
    """Write the job's last file: it is there when, and only when, the job did all it should."""
    write_json(home.run(run_id) / METRICS, metrics)


def write_error(home: Home, run_id: str, error: GraftError) -> None:
    """Write what the user can mend."""
    write_json(home.run(run_id) / _ERROR, {"type": type(error).__name__, "message": str(error)})


def read_metrics(home: Home, run_id: str) -> dict[str, Any] | None:
    """Return the metrics of a job that ended well, else None."""
    return _read(home, run_id, METRICS)


def read_error(home: Home, run_id: str) -> GraftError | None:
    """Return the error that ended the job, if it was one of ours."""
    error = _read(home, run_id, _ERROR)
    if error is None:
        return None
    kind: type[GraftError] = getattr(errors, error["type"], GraftError)
    return kind(error["message"])


def _read(home: Home, run_id: str, name: str) -> dict[str, Any] | None:
    path = home.run(run_id) / name
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
