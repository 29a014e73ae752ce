import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from support.python_programs import program
from support.waits import wait_until
from tasks.spark.parent_guard import TASK_PID, _lives
from tasks.storage.paths import CHECKOUT

DEADLINE = 10.0

Start = Callable[..., tuple[psutil.Process, psutil.Process]]


@pytest.fixture
def processes() -> Iterator[list[psutil.Process]]:
    """What a test started; all of it is ended after the test."""
    started: list[psutil.Process] = []
    yield started
    for process in started:
        if process.is_running():
            process.kill()


@pytest.fixture
def start(processes: list[psutil.Process], tmp_path: Path) -> Start:
    def start(parent: str = "java", **environ: str) -> tuple[psutil.Process, psutil.Process]:
        """Start a guarded process below a shell; return both."""
        (tmp_path / parent).symlink_to("/bin/sh")
        env = {**os.environ, "PYTHONPATH": str(CHECKOUT), **environ}
        job = (sys.executable, program("guarded"))
        shell = subprocess.Popen(
            # A shell called java stands for spark-submit's JVM; what comes after the job keeps the
            # shell from becoming Python.
            [tmp_path / parent, "-c", '"$0" "$1"; exec sleep 120', *job],
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        whole = guarded = psutil.Process(shell.pid)
        assert shell.stdout is not None
        line = shell.stdout.readline()
        # It may have had reason to end by now.
        with suppress(psutil.NoSuchProcess, ValueError):
            guarded = psutil.Process(int(line))
        processes.extend([whole, guarded])
        shell.stdout.close()
        return whole, guarded

    return start


@pytest.fixture
def task(processes: list[psutil.Process]) -> subprocess.Popen[bytes]:
    """A process that stands for the Airflow task."""
    task = subprocess.Popen(["/bin/sleep", "120"])
    processes.append(psutil.Process(task.pid))
    return task


def assert_ends(process: psutil.Process) -> None:
    wait_until(lambda: not _lives(process), DEADLINE, f"the end of {process}", every=0.05)


def test_dies_with_its_parent(start: Start) -> None:
    shell, guarded = start()
    assert _lives(guarded)
    shell.kill()
    assert_ends(guarded)


def test_dies_with_the_airflow_task_and_takes_the_jvm_along(
    start: Start, task: subprocess.Popen[bytes]
) -> None:
    shell, guarded = start(**{TASK_PID: str(task.pid)})
    assert _lives(guarded)
    task.kill()
    assert_ends(guarded)
    assert_ends(shell)


def test_a_task_that_is_a_zombie_is_gone(start: Start, task: subprocess.Popen[bytes]) -> None:
    _, guarded = start(**{TASK_PID: str(task.pid)})
    os.kill(task.pid, signal.SIGKILL)
    # Nobody has waited for the task yet: its process id is still taken.
    assert psutil.pid_exists(task.pid)
    assert_ends(guarded)


def test_dies_if_the_task_is_gone_before_it_starts(
    start: Start, task: subprocess.Popen[bytes]
) -> None:
    task.kill()
    task.wait()
    shell, guarded = start(**{TASK_PID: str(task.pid)})
    assert_ends(guarded)
    assert_ends(shell)


def test_spares_whoever_took_the_jvms_place(start: Start, task: subprocess.Popen[bytes]) -> None:
    reaper, guarded = start("reaper", **{TASK_PID: str(task.pid)})
    task.kill()
    assert_ends(guarded)
    assert _lives(reaper)


@pytest.mark.parametrize("pid", ["", "none"])
def test_lives_on_while_its_parent_does(start: Start, pid: str) -> None:
    shell, guarded = start(**{TASK_PID: pid})
    time.sleep(0.5)
    assert _lives(guarded)
    assert _lives(shell)


def test_a_process_that_ends_between_two_questions_is_gone() -> None:
    class Vanishing:
        def is_running(self) -> bool:
            return True

        def status(self) -> str:
            raise psutil.NoSuchProcess(1)

    assert not _lives(Vanishing())  # type: ignore[arg-type]
