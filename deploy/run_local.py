"""``graft run``: the DAG on this machine from the doctor's checks to a summary."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from deploy import doctor
from deploy.dag_log import DagLog
from deploy.dags_test import migrate_database, run_dag
from deploy.display import Display, display
from deploy.run_events import Kind, RunEvent
from deploy.terminal import say
from tasks.errors import SetupError
from tasks.params.definitions import network_of_sample
from tasks.pipelines.names import run_name
from tasks.pipelines.pipeline import Pipeline
from tasks.runs.record import TASK_IDS
from tasks.runs.summary import summary
from tasks.storage.paths import Home


def run(
    pipeline: Pipeline, params: Mapping[str, Any], unused: Mapping[str, str] | None = None
) -> bool:
    """Run a pipeline's DAG in this process's environment and return whether it succeeded.

    Args:
        pipeline: the DAG's; it has the params that are not given.
        params: the run's.
        unused: what to say about the user's variables that Graft does not use, by kind.

    Raises:
        SetupError: the machine is not ready.
    """
    started = time.monotonic()
    home = Home.from_environ()
    log = home.airflow / "dags-test.log"
    whole = pipeline.params.model_copy(update=dict(params))
    uses_sample = whole.source == "sample"
    network = network_of_sample(whole.network)
    preparations = ["doctor", "sample"] if uses_sample else ["doctor"]
    with display([*preparations, *TASK_IDS], str(home.root)) as shown:
        _examine(shown, unused or {})
        _prepare(home, shown, sample_of=network if uses_sample else None)
        told, succeeded = run_dag(pipeline.dag_id, params, log, shown)
    _conclude(home, pipeline, told, succeeded=succeeded, uses_sample=uses_sample)
    say(f"  log         {log}")
    say("")
    say(f"{'succeeded' if succeeded else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return succeeded


def _examine(shown: Display, unused: Mapping[str, str]) -> None:
    shown.show(RunEvent(Kind.STARTED, "doctor"))
    ready = True
    for finding in (*doctor.unused_variables(unused), *doctor.examine()):
        shown.show(RunEvent(Kind.SAID if finding.ok else Kind.FAILED, finding.line()))
        ready = ready and (finding.ok or not finding.needed)
    if not ready:
        raise SetupError("this machine is not ready, see the lines that say FIX")
    shown.show(RunEvent(Kind.ENDED, "doctor"))


def _prepare(home: Home, shown: Display, *, sample_of: str | None) -> None:
    """Bring the data base up to date, and meanwhile make the sample of a network if it is used."""
    with ThreadPoolExecutor() as pool:
        migrated = pool.submit(migrate_database, home)
        if sample_of:
            shown.show(RunEvent(Kind.STARTED, "sample"))
            shown.show(RunEvent(Kind.SAID, _make_sample(sample_of)))
            shown.show(RunEvent(Kind.ENDED, "sample"))
        migrated.result()


def _make_sample(network: str) -> str:
    """Make the sample, which the steps would do as well, and return its data set's URL."""
    command = [sys.executable, "-m", "deploy.cli", "sample", "make", "--network", network]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        problem = made.stderr.strip().removeprefix("error: ")
        raise SetupError(f"the sample could not be made: {problem}")
    return str(json.loads(made.stdout)["dataset_url"])


def _conclude(
    home: Home, pipeline: Pipeline, told: DagLog, *, succeeded: bool, uses_sample: bool
) -> None:
    """Print what came of the run."""
    say("")
    if told.run_id:
        for line in summary(home, run_name(pipeline.name, told.run_id)):
            say(line)
    if uses_sample:
        say("  The bundled sample is drawn and its network has random weights: a demonstration.")
    # An error that a retry mended is none.
    for error in () if succeeded else told.errors:
        say(f"  FAILED: {error}")
