"""Writes what came of a run into its note, when the scheduler has seen the run's end."""

import logging
from typing import TYPE_CHECKING

from airflow.listeners import hookimpl

from tasks.paths import Home
from tasks.run_note import run_note
from tasks.run_record import DAG_ID

if TYPE_CHECKING:
    from airflow.models import DagRun

logger = logging.getLogger(__name__)

# What Airflow keeps of a note.
_LIMIT = 1000
# Where our part of it begins; whoever triggered the run may have written something before.
_MARK = "Graft: "


@hookimpl
def on_dag_run_success(dag_run: "DagRun") -> None:
    """Write the note of a run that succeeded."""
    _write(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: "DagRun") -> None:
    """Write the note of a run that failed."""
    _write(dag_run)


def _write(dag_run: "DagRun") -> None:
    from sqlalchemy.orm import object_session

    # Of a run of "airflow dags test" there is a copy only, and nobody looks at its note.
    if dag_run.dag_id != DAG_ID or object_session(dag_run) is None:
        return
    ours = run_note(Home.from_environ(), dag_run.run_id)
    if not ours:
        return
    theirs = (dag_run.note or "").partition(_MARK)[0].rstrip()
    dag_run.note = f"{theirs}\n\n{_MARK}{ours}".lstrip()[:_LIMIT]
