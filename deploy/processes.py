"""Starts processes that run until they are stopped, and stops them with all that they started."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from deploy.process_tree import (
    adopt_orphans,
    descendants,
    end_all,
    kill_descendants,
    suspend_children,
)
from tasks.storage.child_process import end_with_parent
from tasks.storage.local_files import storage_errors

_STOP_SECONDS = 20


@dataclass
class Services:
    """Processes by name, each in a session of its own: Ctrl-C in a terminal reaches none of them.

    A process has one of these at most. It adopts orphans of what it started, so ``kill`` reaches
    all of them.

    Attributes:
        running: those that were started, by name, in that order.
    """

    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Adopt the orphans to be."""
        adopt_orphans()

    def start(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path
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
                preexec_fn=partial(end_with_parent, signal.SIGTERM),  # noqa: PLW1509 - this process has one thread
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
            below = descendants(process.pid)
            suspend_children(process, below)
            process.terminate()
            end_all(below)
        for process in stopping:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End whatever is left at once, and return when nothing is."""
        kill_descendants()
        self.running.clear()
