"""A small standalone Spark cluster on loopback: a master and a few workers."""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = "org.apache.spark.deploy"
_SECONDS = 120


@dataclass(frozen=True)
class Standalone:
    """A running cluster.

    Attributes:
        master: Spark's master URL.
        pids: process ids of master and workers; executors are the workers' children.
    """

    master: str
    pids: tuple[int, ...]


@contextmanager
def standalone(workers: int, memory: str) -> Iterator[Standalone]:
    """Start a master and workers of one core each, yield the cluster and end its processes.

    Args:
        workers: number of workers.
        memory: memory of each worker for executors, such as ``3g``.

    Raises:
        RuntimeError: a process did not start; the end of its log is in the message.
    """
    with tempfile.TemporaryDirectory(prefix="graft-cluster-") as name, ExitStack() as stack:
        folder = Path(name)
        # Port 0, and the URL from the log: a master takes another port if the given one is in use.
        url, pid = _start(
            stack, folder / "master", ["master.Master", "--port", "0"], r"master at (spark://\S+)"
        )
        pids = [pid]
        for number in range(workers):
            work = folder / f"work-{number}"
            command = ["worker.Worker", "-c", "1", "-m", memory, "-d", str(work), url]
            pids.append(
                _start(stack, folder / f"worker-{number}", command, r"registered with ()")[1]
            )
        yield Standalone(url, tuple(pids))


def _start(stack: ExitStack, log: Path, command: list[str], ready: str) -> tuple[str, int]:
    """Start a daemon; return the match of ``ready`` in its log, and its process id.

    Args:
        stack: ends the daemon.
        log: receives the daemon's output.
        command: class name below Spark's ``deploy`` package, and options.
        ready: pattern of the line that the daemon logs when it is ready, with one group.
    """
    name, *options = command
    java = Path(os.environ["SPARK_HOME"]) / "bin" / "spark-class"
    daemon = [str(java), f"{_PACKAGE}.{name}", "--host", "127.0.0.1", "--webui-port", "0", *options]
    env = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    with log.open("w") as output:
        process = subprocess.Popen(daemon, stdout=output, stderr=subprocess.STDOUT, env=env)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(ready, log.read_text())
        if found:
            return found[1], process.pid
        time.sleep(0.2)
    raise RuntimeError(f"{name} did not get ready:\n{log.read_text()[-2000:]}")
