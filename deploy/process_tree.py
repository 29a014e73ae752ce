"""Ends processes together with all that they started."""

import ctypes
import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

#: How long a process may take to end after it was asked to.
STOP_SECONDS = 20
_JAVA_SECONDS = 10
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_CHILD_SUBREAPER = 36


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process, as the system call of the same name does.

    Raises:
        OSError: Linux refuses it.
    """
    if _LIBC.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


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
        psutil.wait_procs(left, timeout=STOP_SECONDS)


def end(process: "subprocess.Popen[Any]") -> None:
    """Ask a process to end, end what it started, and wait; nothing to do if it has ended.

    Interrupted, it ends all of them at once.
    """
    below = descendants(process.pid)
    try:
        if process.poll() is None:
            end_with_descendants(process, below)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
    finally:
        kill(below)
        process.kill()
        process.wait()


def end_with_descendants(process: "subprocess.Popen[Any]", below: Sequence[psutil.Process]) -> None:
    """Ask a process to end, and end its descendants, Java before the rest.

    Java that is killed would leave its temporary files.
    """
    process.terminate()
    java = []
    for child in below:
        with suppress(psutil.NoSuchProcess):
            if child.name() == "java":
                child.terminate()
                java.append(child)
    psutil.wait_procs(java, timeout=_JAVA_SECONDS)
    kill(below)


def suspend_children(process: "subprocess.Popen[Any]", below: Sequence[psutil.Process]) -> None:
    """Suspend the workers of one of Airflow's parts, so that they report nothing more.

    They would report the step whose Spark is ended as failed. Unreported, it is started again when
    Airflow is.
    """
    for child in below:
        with suppress(psutil.NoSuchProcess):
            if child.ppid() == process.pid:
                child.suspend()
