"""Turns the signals that ask a command to stop into ``KeyboardInterrupt``, as Ctrl-C is."""

import signal
from types import FrameType

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def raise_on_stop_signals() -> None:
    """Raise ``KeyboardInterrupt`` on Ctrl-C, on ``kill`` and when the terminal closes.

    ``nohup`` stays in force.
    """
    for number in _STOP:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def ignore_stop_signals() -> None:
    """Ignore those signals from now on."""
    for number in _STOP:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
