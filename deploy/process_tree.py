"""Ends processes together with all that they started."""

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

from tasks.storage.child_process import prctl

_JAVA_SECONDS = 10
_KILLED_SECONDS = 20
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Make orphans of this process's descendants its children, instead of init's."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def descendants(pid: int) -> list[psutil.Process]:
    """Return all processes below one, none if it is gone."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill(processes: Sequence[psutil.Process]) -> None:
    """End processes at once; those that are gone do not matter."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def kill_descendants() -> None:
    """End everything below this process at once, and return when nothing is left."""
    while left := descendants(os.getpid()):
        kill(left)
        psutil.wait_procs(left, timeout=_KILLED_SECONDS)


def end(process: "subprocess.Popen[Any]") -> None:
    """Kill a process and end what it started; nothing to do if it has ended.

    Killed, not asked: Airflow would call the step that runs failed, and try it again.
    """
    below = descendants(process.pid)
    try:
        process.kill()
        end_all(below)
    finally:
        kill(below)
        process.wait()


def end_all(processes: Sequence[psutil.Process]) -> None:
    """End processes, Java before the rest: killed, it would leave its temporary files."""
    java = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.name() == "java":
                process.terminate()
                java.append(process)
    psutil.wait_procs(java, timeout=_JAVA_SECONDS)
    kill(processes)


def suspend_children(process: "subprocess.Popen[Any]", below: Sequence[psutil.Process]) -> None:
    """Suspend the workers of one of Airflow's parts, so that they report nothing more.

    They would report the step whose Spark is ended as failed. Unreported, it is started again when
    Airflow is.
    """
    for child in below:
        with suppress(psutil.NoSuchProcess):
            if child.ppid() == process.pid:
                child.suspend()
