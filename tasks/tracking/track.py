"""Logging of a run to MLflow, as a step does it: it fails no run, and takes bounded time."""

import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tasks.errors import GraftError, NetworkError
from tasks.runs.tracking_record import TrackingRecord, write_tracking
from tasks.storage.local_files import make_folder
from tasks.storage.paths import Home
from tasks.tracking.logged import Logged
from tasks.tracking.settings import SECONDS, Tracking, tracking

logger = logging.getLogger(__name__)

_JOB = "tasks.tracking.job"
_CHECK_SECONDS = 60
_LONGEST = 500


def track_run(home: Home, name: str, run_id: str) -> TrackingRecord | None:
    """Log a run to MLflow and keep the aliases in step; None if MLflow is not in use.

    Whatever happens, the run goes on: the log, its note and its summary say what was not logged.

    Args:
        home: where run and registry are.
        name: of the registry.
        run_id: the run.
    """
    try:
        server = tracking()
    except GraftError as error:
        logger.warning("not logged to MLflow: %s", error)
        return None
    if server is None:
        return None
    record = TrackingRecord(server=server.shown, error="it was not reached")
    try:
        for logged in sync_runs(server, home, name, [run_id]):
            if logged.run_id == run_id:
                record = record_of(server, logged)
    except (GraftError, OSError) as error:
        record = TrackingRecord(server=server.shown, run=record.run, error=str(error))
    logger.log(logging.WARNING if record.error else logging.INFO, "MLflow: %s", record.sentence())
    try:
        write_tracking(home, run_id, record)
    except GraftError as error:
        logger.warning("%s", error)
    return record


def keep_aliases(home: Home, name: str) -> str:
    """Bring MLflow's aliases in step with the registry; return what went wrong, or "".

    Args:
        home: where the registry is.
        name: of the registry.
    """
    try:
        if server := tracking():
            list(sync_runs(server, home, name, []))
    except (GraftError, OSError) as error:
        return f"MLflow's aliases are not in step: {error}; graft mlflow sync catches up"
    return ""


def record_of(server: Tracking, logged: Logged) -> TrackingRecord:
    """Return the record of a run that the server has."""
    return TrackingRecord(
        server=server.shown, run=logged.run, version=logged.version, error=logged.error
    )


def check_server(server: Tracking) -> None:
    """Ask the server for anything.

    Raises:
        NetworkError: it does not answer as it should.
    """
    arguments = ["--check", "--name", "check", "--seconds", str(_CHECK_SECONDS)]
    list(_lines(server, arguments, {}, Path(tempfile.gettempdir())))


def sync_runs(
    server: Tracking, home: Home, name: str, run_ids: Sequence[str] | None, *, bounded: bool = True
) -> Iterator[Logged]:
    """Log runs and set aliases in a process of its own; yield what the server has of each run.

    Args:
        server: the server.
        home: where runs and registry are.
        name: of the registry.
        run_ids: the runs; None: all of the pipeline of that name.
        bounded: whether to give up after the server's seconds.

    Raises:
        NetworkError: the server does not answer as it should, or takes too long.
    """
    chosen = ["--all"] if run_ids is None else ["--", *run_ids]
    seconds = server.seconds if bounded else 0
    arguments = ["--name", name, "--seconds", str(seconds), *chosen]
    make_folder(home.root)
    for line in _lines(server, arguments, home.environ(), home.root):
        yield Logged.from_line(line)


def _lines(
    server: Tracking, arguments: Sequence[str], environ: Mapping[str, str], folder: Path
) -> Iterator[str]:
    """Run the job in a folder to its end and yield its lines."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        job = subprocess.Popen(
            [sys.executable, "-m", _JOB, *arguments],
            env={**server.environ, **environ},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        try:
            yield from job.stdout or ()
        finally:
            job.terminate()  # only where the caller takes no more lines
            job.wait()
        said.seek(0)
        _judge(server, job.returncode, said.read())


def _judge(server: Tracking, status: int, said: str) -> None:
    """Raise an error that says why the job failed, if it did."""
    if status == -signal.SIGALRM:
        raise NetworkError(f"it took too long; {SECONDS} says how many seconds it may take")
    if status:
        lines = said.strip().splitlines() or [f"the client ended with status {status}"]
        reason = server.hide(lines[-1])
        raise NetworkError(reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]} ...")
