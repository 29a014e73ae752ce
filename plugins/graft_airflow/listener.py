"""Listener in the scheduler that writes a run's result into the run's note when the run ends."""

import re
from typing import TYPE_CHECKING

from airflow.listeners import hookimpl

from tasks.pipelines.names import BUILT_IN, name_of_dag, run_name
from tasks.runs.note import run_note
from tasks.storage.paths import Home

if TYPE_CHECKING:
    from airflow.models import DagRun

# Airflow keeps so many characters of a note; fewer than the second number cannot tell a result.
_LIMIT = 1000
_TOO_LITTLE = 100
# Start of Graft's part, at the end of the note; the user may have written the text before it.
_MARK = "Graft: "
_OURS = re.compile(rf"(?:\A|\n\n){_MARK}")


@hookimpl
def on_dag_run_success(dag_run: "DagRun") -> None:
    """Write the note of a run that succeeded."""
    _write(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: "DagRun") -> None:
    """Write the note of a run that failed."""
    _write(dag_run)


def joined(theirs: str, ours: str) -> str:
    """Return the note with Graft's part added or replaced, within Airflow's limit.

    Args:
        theirs: the note as it is; the user's part of it is never shortened.
        ours: text of Graft's new part, shortened to fit and left out if there is hardly room.
    """
    found = list(_OURS.finditer(theirs))
    kept = theirs[: found[-1].start()] if found else theirs
    part = f"{_MARK}{ours}"
    room = _LIMIT - (len(kept) + 2 if kept else 0)
    if room < min(len(part), _TOO_LITTLE):
        return kept
    part = part if len(part) <= room else f"{part[: room - 1]}\N{HORIZONTAL ELLIPSIS}"
    return f"{kept}\n\n{part}" if kept else part


def _write(dag_run: "DagRun") -> None:
    from sqlalchemy.orm import object_session

    name = name_of_dag(dag_run.dag_id)
    # "airflow dags test" passes a copy without a session, and nobody looks at its note.
    if name is None or object_session(dag_run) is None:
        return
    home, run = Home.from_environ(), run_name(name, dag_run.run_id)
    # A DAG that is none of ours may have such an id.
    if name != BUILT_IN and not home.run(run).is_dir():
        return
    failed = [ti.task_id for ti in dag_run.task_instances if ti.state == "failed"]
    if ours := run_note(home, run, failed):
        dag_run.note = joined(dag_run.note or "", ours)
