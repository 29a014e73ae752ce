"""The page of one run's report."""

from graft_airflow.page_pipelines import known_pipelines
from tasks.errors import GraftError
from tasks.pipelines.names import dag_id, name_of_dag
from tasks.runs.pipeline_run import pipeline_run
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
    page = _read(home, name, run_id)
    if page is None:
        reason = f"The run {run_id} has none yet: its task report writes it, after training."
        return render("missing.html.j2", reason=reason), 404
    return page, 200


def _read(home: Home, name: str, run_id: str) -> str | None:
    """Return the report of a run of a pipeline, never of another's; None if there is none."""
    try:
        folder = pipeline_run(home, name, run_id)
        return (folder / REPORT).read_text(encoding="utf-8") if folder else None
    except (GraftError, FileNotFoundError):
        return None
