"""A converter's program, run in a process of its own.

A converter may end with the process that it runs in, or keep its memory; so it gets one for itself.
"""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tasks.errors import GraftError

_SECONDS = 1800
_MOST_SHOWN = 300


class ConversionError(GraftError):
    """A model cannot be converted; the message says why."""


def run_converter(
    command: Sequence[str], target: Path, telling: re.Pattern[str], seconds: float = _SECONDS
) -> None:
    """Run a converter's program.

    Args:
        command: its module and arguments.
        target: the file that it writes.
        telling: matches what it prints of a model that it cannot convert; its first group that
            matched is what is shown.
        seconds: that it may take.

    Raises:
        ConversionError: it failed, wrote nothing, or took too long.
    """
    program = command[0]
    try:
        ran = subprocess.run(
            [sys.executable, "-m", *command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="backslashreplace",
            # A machine may have a GPU that another program needs.
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "2"},
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise ConversionError(f"{program} took more than {seconds:,.0f} s") from None
    if ran.returncode < 0:
        raise ConversionError(f"{program} was ended by signal {-ran.returncode}")
    if ran.returncode:
        raise ConversionError(f"{program} cannot convert it ({_told(ran.stdout, telling)})")
    if not target.is_file():
        raise ConversionError(f"{program} wrote no file ({_told(ran.stdout, telling)})")


def _told(output: str, telling: re.Pattern[str]) -> str:
    """Return what a program's output says of the problem, in one line."""
    found = telling.search(output)
    lines = [line for line in output.splitlines() if line.strip()]
    last = lines[-1] if lines else "it printed nothing"
    told = next(filter(None, found.groups()), "") if found else last
    return " ".join(told.split())[:_MOST_SHOWN]
