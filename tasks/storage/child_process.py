"""Processes of our own that keep TensorFlow, its memory and its crashes out of a step."""

import ctypes
import os
import signal
import subprocess

from tasks.storage.paths import CHECKOUT

_LAST_LINES = 3
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


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


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process, as the system call of the same name does.

    Raises:
        OSError: Linux refuses it.
    """
    if _LIBC.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def end_with_parent(by: signal.Signals = signal.SIGKILL) -> None:
    """Have Linux send a signal to this process when the one that started it ends."""
    prctl(_PR_SET_PDEATHSIG, by)


def ending(ran: "subprocess.CompletedProcess[str]") -> str:
    """Return how a process failed: its signal or status, and the last lines of its errors."""
    ended = f"signal {-ran.returncode}" if ran.returncode < 0 else f"status {ran.returncode}"
    last = " / ".join(line.strip() for line in ran.stderr.splitlines()[-_LAST_LINES:])
    return f"{ended}: {last}" if last else ended
