"""In a process of its own, whose handlers a test may change."""

import os
import signal
import subprocess
import sys

import pytest

from support.python_programs import program
from tasks.storage.paths import CHECKOUT

STOP = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def told(numbers: list[signal.Signals], *arguments: str) -> str:
    """Return what a process says that gets signals and then a line of input."""
    with subprocess.Popen(
        [sys.executable, program("wait_for_signals"), *arguments],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
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
    assert told([signal.SIGHUP], "SIGHUP") == "went on\n"
    assert told([signal.SIGTERM], "SIGHUP") == "interrupted\n"


def test_ctrl_c_interrupts_what_a_shell_started_in_the_background() -> None:
    assert told([signal.SIGINT], "SIGINT") == "interrupted\n"


def test_ignored_signals_do_not_disturb() -> None:
    assert told([signal.SIGINT], "--then-ignore") == "interrupted\n"
