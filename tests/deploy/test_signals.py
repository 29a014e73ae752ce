"""In a process of its own, whose handlers a test may change."""

import signal
import subprocess
import sys

import pytest

from tasks.storage.paths import CHECKOUT

WAITS = """
import signal, sys, time
from deploy import signals
{first}
signals.raise_on_stop_signals()
try:
    print("ready", flush=True)
    sys.stdin.readline()
    print("went on")
except KeyboardInterrupt:
    {then}
    print("interrupted")
"""
STOP = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def told(numbers: list[signal.Signals], first: str = "", then: str = "pass") -> str:
    """What a process says that gets signals and then a line of input."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITS.format(first=first, then=then)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for number in numbers:
            process.send_signal(number)
        return process.communicate("\n", timeout=60)[0]


@pytest.mark.parametrize("number", STOP)
def test_a_signal_interrupts(number: signal.Signals) -> None:
    assert told([number]) == "interrupted\n"


def test_nohup_stays_in_force() -> None:
    ignore = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    assert told([signal.SIGHUP], ignore) == "went on\n"
    assert told([signal.SIGTERM], ignore) == "interrupted\n"


def test_ctrl_c_interrupts_what_a_shell_started_in_the_background() -> None:
    assert told([signal.SIGINT], "signal.signal(signal.SIGINT, signal.SIG_IGN)") == "interrupted\n"


def test_ignored_signals_do_not_disturb() -> None:
    raised = "signals.ignore_stop_signals(); [signal.raise_signal(n) for n in signals._STOP]"
    assert told([signal.SIGINT], then=raised) == "interrupted\n"
