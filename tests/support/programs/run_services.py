"""Starts services in a folder and does with them what the first argument says.

In a process of its own: whoever makes Services adopts the orphans of all it started.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from deploy.processes import Services

action, folder = sys.argv[1], Path(sys.argv[2])
services = Services()


def start(name: str, script: str) -> None:
    environment = {**os.environ, "folder": str(folder)}
    services.start(name, ["sh", "-c", script], environment=environment, log=folder / name)


def wait_for(*names: str) -> None:
    while not all((folder / name).exists() for name in names):
        time.sleep(0.02)


def stop_with_descendants() -> None:
    """Stop a service that has started an orphan and a process in a session of its own."""
    start(
        "one",
        "(setsid sleep 300 & echo $! > $folder/pid-orphan); "
        "setsid sleep 300 & echo $! > $folder/pid-session; wait",
    )
    wait_for("pid-orphan", "pid-session")
    services.stop("one")
    services.kill()


def stop_worker_of_java() -> None:
    """Stop a service whose worker would report how Java, which tidies up, has ended."""
    java = (
        "trap 'echo tidy > $folder/tidied; exit 143' TERM; touch $folder/java-is-up; "
        "while :; do sleep 0.05; done"
    )
    worker = """sh -c 'exec "$folder/java" -c "$java"'; echo $? > $folder/reported"""
    os.environ.update(java=java, worker=worker)
    start("part", 'sh -c "$worker"; true')
    wait_for("java-is-up")
    services.stop("part")
    services.kill()


def end_by_itself() -> None:
    """Print how a service ended, and how many children are left when its orphan has ended."""
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


def wait_to_be_killed() -> None:
    """Start a service, say that it is up and wait."""
    start("part", "echo $$ > $folder/pid; exec sleep 300")
    wait_for("pid")
    print("up", flush=True)
    time.sleep(300)


actions: tuple[Callable[[], None], ...] = (
    stop_with_descendants,
    stop_worker_of_java,
    end_by_itself,
    wait_to_be_killed,
)
{each.__name__.replace("_", "-"): each for each in actions}[action]()
