import subprocess
from pathlib import Path

import psutil

from deploy.process_tree import descendants, end
from support import python_programs
from support.waits import wait_until


def start(script: str, folder: Path) -> "subprocess.Popen[bytes]":
    """A shell that has made the file ``up``."""
    process = subprocess.Popen(["sh", "-c", script], cwd=folder)
    try:
        wait_until((folder / "up").exists, 30, "the shell's start", every=0.05)
    except BaseException:
        process.kill()
        raise
    return process


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
    ran = python_programs.run("end_orphans")
    assert ran.stdout == "1\n0\n", ran.stderr
