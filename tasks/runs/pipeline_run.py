"""The run that a person means when they name one of a pipeline."""

from pathlib import Path

from tasks.errors import ParamsError
from tasks.pipelines.names import name_of_run, run_name
from tasks.runs.metrics import METRICS
from tasks.runs.outcome import run_id_of
from tasks.storage.paths import Home, run_folder_name, safe_name


def pipeline_run(home: Home, name: str, label: str) -> Path | None:
    """Return the folder of a run of a pipeline; None if there is no such run.

    Args:
        home: where the runs are.
        name: the pipeline's.
        label: the run's id as Airflow has it, the id under which Graft keeps it, or the name of
            its folder.

    Raises:
        ParamsError: the run belongs to another pipeline.
        DataError: the run is named by its folder, and the metrics that say whose it is are damaged.
    """
    for run_id in (run_name(name, label), label):
        if home.run(run_id).is_dir():
            require_own(name, name_of_run(run_id), label)
            return home.run(run_id)
    folder = home.find_run(label)
    if (folder / METRICS).is_file():
        require_own(name, name_of_run(run_id_of(folder)), label)
        return folder
    require_own(name, _elsewhere(home, label) or name, label)
    return None


def require_own(name: str, owner: str, label: str) -> None:
    """Raise a ``ParamsError`` if the run that a label names belongs to another pipeline."""
    if owner != name:
        raise ParamsError(
            f"the run {label!r} belongs to the pipeline {owner}, expected one of {name}"
        )


def _elsewhere(home: Home, run_id: str) -> str | None:
    """Return a pipeline that has a run of an id, as Airflow has it; None if there is none."""
    end = f"_{safe_name(run_id)}~"
    for folder in home.runs.glob(f"*{end}*"):
        name = folder.name.rpartition(end)[0]
        if folder.name == run_folder_name(run_name(name, run_id)):
            return name
    return None
