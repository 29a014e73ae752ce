"""Runs the DAG through ``airflow dags test``: one process, no scheduler, no server."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.dag_log import DagLog
from deploy.display import Display
from deploy.end_with_parent import ending_with_us
from deploy.migration_mark import is_migrated, mark_migrated
from deploy.private_home import make_private
from deploy.process_tree import end
from tasks.errors import SetupError
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import Home


def migrate_database(home: Home) -> None:
    """Create Airflow's data base, or bring it up to date unless it is.

    Raises:
        SetupError: Airflow cannot do that.
        StorageError: the folder of the data base cannot be written.
    """
    make_private(home.airflow)
    if is_migrated(home):
        return
    ran = subprocess.run(
        [*airflow_program(), "db", "migrate"], capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise SetupError(f"airflow db migrate failed: {ran.stderr.strip()[-2000:]}")
    mark_migrated(home)


def run_dag(
    dag_id: str, params: Mapping[str, Any], log: Path, display: Display
) -> tuple[DagLog, bool]:
    """Run a DAG to its end, and end it with all that it started if that is interrupted.

    Args:
        dag_id: the DAG's.
        params: the run's.
        log: file for everything that Airflow logs.
        display: shows what happens.

    Returns:
        What the log told, and whether the run succeeded.
    """
    command = [*airflow_program(), "dags", "test", dag_id, "-c", json.dumps(dict(params))]
    told = DagLog()
    with storage_errors(log), log.open("w", encoding="utf-8") as copy:
        process = subprocess.Popen(
            ending_with_us(command),
            env={**os.environ, "AIRFLOW__LOGGING__JSON_LOGS": "True"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C reaches this process alone, which then ends all of them.
            start_new_session=True,
        )
        try:
            for line in process.stdout or ():
                copy.write(line)
                if event := told.read(line):
                    display.show(event)
            return told, process.wait() == 0
        finally:
            end(process)


def airflow_program() -> list[str]:
    """Return the words that start the ``airflow`` of this Python's environment."""
    return [sys.executable, "-m", "deploy.airflow_command"]
