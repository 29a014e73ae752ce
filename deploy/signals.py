"""Turns the signals that ask a command to stop into ``KeyboardInterrupt``, as Ctrl-C is."""

import os
import signal
from collections.abc import Mapping
from types import FrameType

from deploy.end_with_parent import end_with_parent

#: Set by the Makefile to its own process id: a killed make cannot stop what it started.
PARENT = "GRAFT_PARENT_PID"
_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def raise_on_stop_signals() -> None:
    """Raise ``KeyboardInterrupt`` on Ctrl-C, on ``kill`` and when the terminal closes.

    ``nohup`` stays in force.
    """
    for number in _STOP:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def stop_with_parent(environ: Mapping[str, str] | None = None) -> None:
    """Ask this process to stop when the process that ``GRAFT_PARENT_PID`` names ends."""
    parent = (os.environ if environ is None else environ).get(PARENT, "")
    if parent.isdigit():
        end_with_parent(int(parent), signal.SIGTERM)


def ignore_stop_signals() -> None:
    """Ignore those signals from now on."""
    for number in _STOP:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
