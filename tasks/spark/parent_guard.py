"""Ends the job when the process that started it is gone.

``spark-submit`` is a JVM that starts this Python as its child. If the JVM is killed, its Spark
workers end but its Python driver does not; if an Airflow task is killed, neither ends.
"""

import os
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress

import psutil

#: Variable with the process id of the Airflow task; set by the operator, unset without Airflow.
TASK_PID = "GRAFT_TASK_PID"
_POLL_SECONDS = 0.5


def guard_parents(environ: Mapping[str, str] | None = None) -> None:
    """Watch the JVM that started this process, and the Airflow task behind it if there is one."""
    task_pid = (os.environ if environ is None else environ).get(TASK_PID, "")
    if os.getppid() == 1 and psutil.Process(1).name() != "java":
        # The JVM ended before this check, and init has become the parent.
        os.kill(os.getpid(), signal.SIGKILL)
    watched = [_process(os.getppid()), *([_process(int(task_pid))] if task_pid.isdigit() else [])]
    threading.Thread(target=_watch, args=(watched,), name="parent-guard", daemon=True).start()


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _watch(parents: list[psutil.Process | None]) -> None:
    forever = threading.Event()
    while all(parent is not None and _lives(parent) for parent in parents):
        forever.wait(_POLL_SECONDS)
    jvm = parents[0]
    with suppress(psutil.Error):
        # If the JVM ended before the guard started, this is another process, such as a user's
        # systemd, which has become the parent.
        if jvm is not None and jvm.name() == "java":
            jvm.kill()
    os.kill(os.getpid(), signal.SIGKILL)


def _lives(process: psutil.Process) -> bool:
    # is_running() compares start times, so a recycled process id does not count.
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:  # it ended between the two calls
        return False
