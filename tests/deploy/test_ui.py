"""``graft ui`` with a stand-in for Airflow; tests/e2e/test_ui.py has the real one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from tasks.storage.paths import CHECKOUT, Home

# Their own sessions, as Airflow's parts may start; the pauses are for those that outlive a test.
WAIT = "setsid sleep 300 & sleep 300 & wait"
PROGRAM = CHECKOUT / "tests" / "support" / "programs" / "graft_with_stand_ins.py"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """Starts it with a shell script as ``airflow``, which gets a part's name as ``$1``."""
    started = []

    def start(airflow: str) -> "subprocess.Popen[str]":
        (tmp_path / "airflow").write_text(f"#!/bin/sh\n{airflow}\n")
        (tmp_path / "airflow").chmod(0o755)
        started.append(
            subprocess.Popen(
                [sys.executable, str(PROGRAM), "ui", "--port", str(port)],
                cwd=CHECKOUT,
                env={
                    **os.environ,
                    "GRAFT_HOME": str(tmp_path / "home"),
                    "STAND_INS": str(tmp_path),
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait()


def wait_for_children(process: "subprocess.Popen[str]", number: int) -> list[psutil.Process]:
    for _ in range(600):
        found = psutil.Process(process.pid).children(recursive=True)
        if len(found) >= number:
            return found
        time.sleep(0.05)
    pytest.fail(f"{found} instead of {number}")


def test_a_part_that_dies_is_named_and_takes_the_rest_along(start: Start, tmp_path: Path) -> None:
    script = f"""
    case $1 in db) exit 0;; scheduler) sleep 1; echo its last words; exit 3;; esac
    {WAIT}
    """
    process = start(script)
    # Three parts with two processes each, and the scheduler.
    below = wait_for_children(process, 10)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    log = tmp_path / "home" / "ui" / "scheduler.log"
    expected = f"error: scheduler ended with status 3; the end of {log}:\n  its last words\n"
    assert said.endswith(expected)
    assert not psutil.wait_procs(below, timeout=10)[1]


def test_a_data_base_that_cannot_be_migrated(start: Start) -> None:
    process = start("echo no room; kill -9 $$")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "error: db-migrate was killed by signal 9; the end of" in said
    assert said.endswith("  no room\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stops_while_it_starts(start: Start, number: signal.Signals) -> None:
    process = start(f"[ $1 = db ] || {{ {WAIT}; }}")
    below = wait_for_children(process, 12)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.endswith("stopped\n")
    assert "Traceback" not in said
    assert not psutil.wait_procs(below, timeout=10)[1]


def test_stops_at_once_when_asked_again(start: Start) -> None:
    process = start("[ $1 = db ] || { trap '' TERM; sleep 300 & sleep 300; }")
    below = wait_for_children(process, 12)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    while "Ctrl-C again stops at once" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    # Far sooner than the parts are waited for, one after another.
    said, _ = process.communicate(timeout=15)
    assert (process.returncode, said) == (0, "stopped\n")
    assert not psutil.wait_procs(below, timeout=10)[1]


def test_a_port_in_use(start: Start, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        process = start("exit 9")
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == (
        f"error: port {port} of 127.0.0.1 is not available (Address already in use): "
        "graft ui --port 8081 (make ui PORT=8081) or any other free port\n"
    )


def test_another_one_on_the_same_home(start: Start, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.ui.mkdir(parents=True)
    with FileLock(home.ui / ".lock"):
        process = start("exit 9")
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith(f"error: another graft ui runs on {home.root}: stop that one")
    assert said.count("\n") == 1
