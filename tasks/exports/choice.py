"""The model that a person means by a run or by a digest."""

from pathlib import Path

from tasks.errors import ParamsError
from tasks.models.export import ARRAYS
from tasks.runs.metrics import METRICS, RunMetrics
from tasks.storage.paths import Home


def find_model(home: Home, name: str | None) -> Path:
    """Return the folder of a model.

    Args:
        home: where models and runs are.
        name: digest or folder of a model, or id or folder of a run; None: the newest run.

    Raises:
        ParamsError: there is no such model.
        DataError: the run's metrics are damaged.
    """
    if name is None:
        return _model_of_run(home, _newest_run(home))
    for folder in (home.models / name, Path(name).resolve()):
        if (folder / ARRAYS).is_file():
            return folder
    for folder in (home.find_run(name), Path(name).resolve()):
        if (folder / METRICS).is_file():
            return _model_of_run(Home(folder.parent.parent), folder)
    raise ParamsError(
        f"{name!r} is no model and no run that trained in {home.root}; expected the digest of a "
        "model, the id of a run, or the folder of one of them"
    )


def _newest_run(home: Home) -> Path:
    found = sorted(home.runs.glob(f"*/{METRICS}"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise ParamsError(f"no run in {home.runs} has trained a model: run the DAG first")
    return found[-1].parent


def _model_of_run(home: Home, run: Path) -> Path:
    return home.models / RunMetrics.read(run).model.digest
