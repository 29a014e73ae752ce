"""Processes of our own: environment, end with the parent, and what is told of a failure."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from support.waits import wait_until
from tasks.storage.child_process import child_environ, ending
from tasks.storage.paths import CHECKOUT


def run(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program], env=child_environ(), capture_output=True, text=True
    )


def test_a_process_finds_tasks_and_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.chdir("/")
    environ = child_environ(KERAS_BACKEND="tensorflow")
    assert environ["PYTHONPATH"] == f"{CHECKOUT}:/elsewhere"
    assert (environ["CUDA_VISIBLE_DEVICES"], environ["KERAS_BACKEND"]) == ("", "tensorflow")
    assert run("import tasks.errors").returncode == 0


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("import sys; sys.stderr.write('a\\nb\\n c \\nd\\n'); sys.exit(3)", "status 3: b / c / d"),
        ("import sys; sys.exit(4)", "status 4"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
    ],
)
def test_a_failure_is_told(program: str, told: str) -> None:
    assert ending(run(program)) == told


def test_a_process_ends_with_the_one_that_started_it() -> None:
    child = (
        "import os, time; from tasks.storage.child_process import end_with_parent; "
        "end_with_parent(); print(os.getpid(), flush=True); time.sleep(600)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    started = subprocess.Popen(
        [sys.executable, "-c", parent], env=child_environ(), stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    pid = int(started.stdout.readline())
    started.kill()
    started.wait()

    def gone() -> bool:
        # One that nobody has waited for yet is gone as well.
        return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE

    try:
        wait_until(gone, 10, "the end of the process")
    finally:
        if not gone():
            os.kill(pid, signal.SIGKILL)
