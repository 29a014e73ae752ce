"""Commands that are killed with the process that started them, however that ends."""

import os
import signal
import subprocess
import sys

import psutil

from deploy.end_with_parent import ending_with_us
from support.waits import wait_until
from tasks.storage.paths import CHECKOUT

PARENT = (
    "import subprocess, sys; from deploy.end_with_parent import ending_with_us; "
    "child = subprocess.Popen(ending_with_us(['/bin/sleep', '600'])); "
    "print(child.pid, flush=True); child.wait()"
)


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_the_command_gets_its_arguments_and_its_exit_status_is_the_programs() -> None:
    command = ["/bin/bash", "-c", 'printf "%s|" "$@"; exit 7', "bash", "a b", "$c"]
    ran = subprocess.run(ending_with_us(command), cwd=CHECKOUT, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (7, "a b|$c|")


def test_it_is_killed_with_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        try:
            wait_until(lambda: child.name() == "sleep", 30, "the command")
        finally:
            parent.kill()
    wait_until(lambda: ended(child), 30, "the end of the command")


def test_it_does_not_start_if_its_parent_has_ended() -> None:
    orphan = [sys.executable, "-m", "deploy.end_with_parent", str(os.getpid() + 2**22), "/bin/true"]
    assert subprocess.run(orphan, cwd=CHECKOUT).returncode == -signal.SIGKILL
