"""A standalone Spark cluster on loopback, as small as one can be: a master and a few workers."""

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
    """A cluster that runs.

    Attributes:
        master: its URL.
        pids: of master and workers, whose children the executors are.
    """

    master: str
    pids: tuple[int, ...]


@contextmanager
def standalone(workers: int, memory: str) -> Iterator[Standalone]:
    """Start a master and workers of one core each, yield the cluster and end its processes.

    Args:
        workers: how many.
        memory: what each may give to executors, such as ``3g``.

    Raises:
        RuntimeError: one of them did not get ready; the end of its log is in the message.
    """
    with tempfile.TemporaryDirectory(prefix="graft-cluster-") as name, ExitStack() as stack:
        folder = Path(name)
        # Not the port that was asked for: a master that finds it taken goes on to the next.
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
    """Start a daemon and return what its log says when it is ready, and its process id."""
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
