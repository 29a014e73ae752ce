"""Processes of our own that keep TensorFlow, its memory and its crashes out of a step."""

import ctypes
import os
import signal
import subprocess

from tasks.storage.paths import CHECKOUT

_LAST_LINES = 3
# prctl(2).
_SET_PARENT_DEATH_SIGNAL = 1


def child_environ(**more: str) -> dict[str, str]:
    """Return the environment in which Python finds ``tasks``, and TensorFlow no GPU.

    Args:
        more: variables of the process alone.
    """
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")]),
        # A machine may have a GPU that another program needs.
        "CUDA_VISIBLE_DEVICES": "",
        **more,
    }


def end_with_parent() -> None:
    """Have the system kill this process when the one that started it ends."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def ending(ran: "subprocess.CompletedProcess[str]") -> str:
    """Return how a process failed: its signal or status, and the last lines of its errors."""
    ended = f"signal {-ran.returncode}" if ran.returncode < 0 else f"status {ran.returncode}"
    last = " / ".join(line.strip() for line in ran.stderr.splitlines()[-_LAST_LINES:])
    return f"{ended}: {last}" if last else ended
