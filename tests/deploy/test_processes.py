"""In processes of their own: whoever makes Services adopts the orphans of all it started."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from support.python_programs import program
from support.waits import wait_until
from tasks.storage.paths import CHECKOUT

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts services and does something with them; ends what it leaves."""
    started = []

    def run(action: str) -> "subprocess.Popen[str]":
        started.append(
            subprocess.Popen(
                [sys.executable, program("run_services"), action, tmp_path],
                env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()
    for path in tmp_path.glob("pid*"):
        with suppress(ProcessLookupError):
            os.kill(int(path.read_text()), signal.SIGKILL)


def is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def assert_ends(pid: int) -> None:
    wait_until(lambda: is_gone(pid), 10, f"the end of process {pid}", every=0.05)


def test_no_descendant_gets_away(run: Run, tmp_path: Path) -> None:
    process = run("stop-with-descendants")
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
    for name in ("pid-orphan", "pid-session"):
        assert_ends(int((tmp_path / name).read_text()))


def test_java_may_tidy_up_while_its_worker_stands_still(run: Run, tmp_path: Path) -> None:
    (tmp_path / "java").symlink_to("/bin/sh")
    process = run("stop-worker-of-java")
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
    assert (tmp_path / "tidied").exists()
    assert not (tmp_path / "reported").exists()


def test_tells_how_one_ended_and_reaps_orphans(run: Run) -> None:
    process = run("end-by-itself")
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "{'fails': 3}\n1\n")


def test_asks_its_processes_to_end_when_it_is_killed(run: Run, tmp_path: Path) -> None:
    process = run("wait-to-be-killed")
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.kill()
    process.wait()
    assert_ends(int((tmp_path / "pid").read_text()))
