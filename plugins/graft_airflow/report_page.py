"""The page of one run's report."""

from pathlib import Path

from graft_airflow.page_pipelines import known_pipelines
from tasks.errors import DataError
from tasks.pipelines.names import dag_id, name_of_dag, name_of_run, run_name
from tasks.runs.metrics import METRICS
from tasks.runs.outcome import run_id_of
from tasks.storage.paths import REPORT, Home


def report_page(home: Home, dag: str, run_id: str) -> tuple[str, int]:
    """Return the report of a run and 200, or a page that says why there is none and 404.

    Args:
        home: where the runs are.
        dag: id of the run's DAG.
        run_id: as Airflow has it, or the name of the run's folder.
    """
    from tasks.report.html import render

    name = name_of_dag(dag)
    if name is None:
        known = ", ".join(dag_id(each) for each in known_pipelines(home))
        return render(
            "missing.html.j2", reason=f"Runs of {dag} have none, only those of {known}."
        ), 404
    try:
        return (_folder(home, name, run_id) / REPORT).read_text(encoding="utf-8"), 200
    except FileNotFoundError:
        reason = f"The run {run_id} has none yet: its task report writes it, after training."
        return render("missing.html.j2", reason=reason), 404


def _folder(home: Home, name: str, run_id: str) -> Path:
    """Return the folder of a run of a pipeline, which need not exist; never one of another."""
    own, found = home.run(run_name(name, run_id)), home.find_run(run_id)
    return found if not own.exists() and _is_of(found, name) else own


def _is_of(folder: Path, name: str) -> bool:
    try:
        return (folder / METRICS).is_file() and name_of_run(run_id_of(folder)) == name
    except DataError:
        return False
