"""Programs of ``tests/support/programs``, each run in a Python of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tasks.storage.paths import CHECKOUT

PROGRAMS = Path(__file__).with_name("programs")


def program(name: str) -> Path:
    """Return the file of a program."""
    path = PROGRAMS / f"{name}.py"
    assert path.is_file(), f"no {path}"
    return path


def start(name: str, *arguments: object, **variables: str) -> "subprocess.Popen[str]":
    """Start a program; ``variables`` are set in its environment."""
    return subprocess.Popen(
        [sys.executable, program(name), *map(str, arguments)],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    name: str, *arguments: object, timeout: float = 120, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end; return its status and all that it wrote."""
    process = start(name, *arguments, **variables)
    try:
        output, errors = process.communicate(timeout=timeout)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
