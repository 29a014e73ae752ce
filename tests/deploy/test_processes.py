"""In processes of their own: whoever makes Services adopts the orphans of all it started."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tasks.storage.paths import CHECKOUT

Run = Callable[..., "subprocess.Popen[str]"]

PREAMBLE = """
import os, signal, sys, time
from pathlib import Path
from deploy.processes import Services
folder = Path(sys.argv[1])
services = Services()

def start(name, script):
    environment = {**os.environ, "folder": str(folder)}
    services.start(name, ["sh", "-c", script], environment=environment, log=folder / name)

def wait_for(*names):
    while not all((folder / name).exists() for name in names):
        time.sleep(0.02)

"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Runs Python that starts services, and ends what it leaves."""
    started = []

    def run(script: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", PREAMBLE + textwrap.dedent(script), str(tmp_path)]
        started.append(
            subprocess.Popen(
                command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
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


def gone(pid: int) -> bool:
    for _ in range(200):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_no_descendant_gets_away(run: Run, tmp_path: Path) -> None:
    script = """
        start("one", "(setsid sleep 300 & echo $! > $folder/pid-orphan); "
              "setsid sleep 300 & echo $! > $folder/pid-session; wait")
        wait_for("pid-orphan", "pid-session")
        services.stop("one")
        services.kill()
        """
    process = run(script)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
    for name in ("pid-orphan", "pid-session"):
        assert gone(int((tmp_path / name).read_text()))


def test_java_may_tidy_up_while_its_worker_stands_still(run: Run, tmp_path: Path) -> None:
    (tmp_path / "java").symlink_to("/bin/sh")
    script = """
        java = "trap 'echo tidy > $folder/tidied; exit 143' TERM; touch $folder/java-is-up; " \\
            "while :; do sleep 0.05; done"
        worker = f'''sh -c 'exec "$folder/java" -c "$java"'; echo $? > $folder/reported'''
        os.environ.update(java=java, worker=worker)
        start("part", 'sh -c "$worker"; true')
        wait_for("java-is-up")
        services.stop("part")
        services.kill()
        """
    process = run(script)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
    assert (tmp_path / "tidied").exists()
    assert not (tmp_path / "reported").exists()


def test_tells_how_one_ended_and_reaps_orphans(run: Run) -> None:
    script = """
        import psutil
        start("lives", "sleep 300")
        start("fails", "(sleep 0.1 &); exit 3")
        while not (ended := services.ended()):
            time.sleep(0.02)
        print(ended)
        deadline = time.monotonic() + 30
        while len(psutil.Process().children()) > 1 and time.monotonic() < deadline:
            services.ended()
            time.sleep(0.02)
        print(len(psutil.Process().children()))
        services.kill()
        """
    process = run(script)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "{'fails': 3}\n1\n")


def test_asks_its_processes_to_end_when_it_is_killed(run: Run, tmp_path: Path) -> None:
    script = """
        start("part", "echo $$ > $folder/pid; exec sleep 300")
        wait_for("pid")
        print("up", flush=True)
        time.sleep(300)
        """
    process = run(script)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.kill()
    process.wait()
    assert gone(int((tmp_path / "pid").read_text()))
