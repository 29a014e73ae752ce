import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.process_tree import descendants, end
from tasks.storage.paths import CHECKOUT


def start(script: str, folder: Path) -> "subprocess.Popen[bytes]":
    """A shell that has made the file ``up``."""
    process = subprocess.Popen(["sh", "-c", script], cwd=folder)
    for _ in range(600):
        if (folder / "up").exists():
            return process
        time.sleep(0.05)
    process.kill()
    pytest.fail("it does not start")


def test_all_that_a_process_started_ends_with_it(tmp_path: Path) -> None:
    process = start("sleep 300 & setsid sleep 300 & touch up; wait", tmp_path)
    below = descendants(process.pid)
    assert len(below) == 2
    end(process)
    assert process.returncode is not None
    assert not psutil.wait_procs(below, timeout=10)[1]


def test_java_may_tidy_up(tmp_path: Path) -> None:
    (tmp_path / "java").symlink_to("/bin/sh")
    java = "trap 'echo tidy >tidied; exit 143' TERM; touch up; while :; do sleep 0.05; done"
    process = start(f'./java -c "{java}"; true', tmp_path)
    end(process)
    assert (tmp_path / "tidied").exists()


def test_what_does_not_listen_is_ended_too(tmp_path: Path) -> None:
    process = start("trap '' TERM; touch up; while :; do sleep 0.05; done", tmp_path)
    end(process)
    assert process.returncode == -9


def test_what_has_ended_is_left_alone() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    end(process)
    assert process.returncode == 0


def test_nothing_is_below_a_process_that_is_gone() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert descendants(process.pid) == []


def test_orphans_are_found_and_ended() -> None:
    """In a process of its own, which would end all that the tests have started."""
    program = (
        "import os, subprocess; from deploy.process_tree import *\n"
        "adopt_orphans(); subprocess.run(['sh', '-c', 'setsid sleep 300 & true'], check=True)\n"
        "print(len(descendants(os.getpid())), flush=True)\n"
        "kill_descendants(); print(len(descendants(os.getpid())))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert ran.stdout == "1\n0\n", ran.stderr
