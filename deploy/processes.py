"""Starts processes that run until they are stopped, and ends them with all that they started."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tasks.storage.local_files import storage_errors

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_STOP_SECONDS = 20
_JAVA_SECONDS = 10


@dataclass
class Services:
    """Processes by name, each in a session of its own: Ctrl-C in a terminal reaches none of them.

    There is one of these in a process, which becomes the parent of whatever its descendants
    leave behind; so none can get away, and ``stop`` ends all.

    Attributes:
        running: those that were started, by name, in that order.
    """

    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Have orphans of descendants become children of this process instead of init's."""
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        """Start a process whose output goes into a new ``log``.

        It is asked to end when this process is killed and cannot stop it itself.
        """
        with storage_errors(log), log.open("wb") as output:
            self.running[name] = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has one thread
            )

    def ended(self) -> dict[str, int]:
        """Return the status of those that ended by themselves, and reap orphans that did."""
        status = {name: process.poll() for name, process in self.running.items()}
        ours = {process.pid for process in self.running.values()}
        for child in psutil.Process().children():
            with suppress(psutil.NoSuchProcess, ChildProcessError):
                if child.pid not in ours and child.status() == psutil.STATUS_ZOMBIE:
                    os.waitpid(child.pid, os.WNOHANG)
        return {name: code for name, code in status.items() if code is not None}

    def stop(self, *names: str) -> None:
        """Ask processes to end, end what they started, and wait for all of them."""
        stopping = [self.running.pop(name) for name in names if name in self.running]
        for process in stopping:
            _end_below(process)
        for process in stopping:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End whatever is left at once, and return when nothing is."""
        while left := descendants(os.getpid()):
            kill(left)
            psutil.wait_procs(left, timeout=_STOP_SECONDS)
        self.running.clear()


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


def _end_below(part: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and end what it started, Java before the rest.

    Java that is killed would leave its temporary files. Airflow's workers stand still meanwhile:
    they would call a step failed whose Spark was stopped; unreported, it is one that Airflow starts
    again when it is started again itself.
    """
    below = descendants(part.pid)
    for process in below:
        with suppress(psutil.NoSuchProcess):
            if process.ppid() == part.pid:
                process.suspend()
    part.terminate()
    java = []
    for process in below:
        with suppress(psutil.NoSuchProcess):
            if process.name() == "java":
                process.terminate()
                java.append(process)
    psutil.wait_procs(java, timeout=_JAVA_SECONDS)
    kill(below)


def _die_with_parent() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
