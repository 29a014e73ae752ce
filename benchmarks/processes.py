"""Runs a command and measures its time and the memory of its processes."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import read_metrics
from tasks.storage.paths import Home

_INTERVAL = 0.2


@dataclass
class Measured:
    """Time, output and memory of a command.

    Attributes:
        seconds: time from start to exit.
        output: standard output and error.
        peaks: largest resident memory of every process, MiB, by role and process id.
    """

    seconds: float = 0.0
    output: str = ""
    peaks: dict[tuple[str, int], float] = field(default_factory=dict)

    def peak_lines(self) -> list[str]:
        """Return a line for every process, the largest of each role first."""
        ordered = sorted(self.peaks.items(), key=lambda item: (item[0][0], -item[1]))
        return [f"{role:<14} {peak:>7.0f} MiB" for (role, _), peak in ordered]


def measure(command: Sequence[str], also: Sequence[int] = (), **env: str) -> Measured:
    """Run ``command`` to its end and measure it.

    Args:
        command: program and arguments.
        also: ids of other processes to measure with their children.
        env: variables in addition to those of this process.

    Raises:
        RuntimeError: the command failed; its output is in the message.
    """
    measured = Measured()
    started = time.monotonic()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **env},
    ) as process:
        finished = threading.Event()
        watcher = threading.Thread(target=_watch, args=([process.pid, *also], measured, finished))
        watcher.start()
        measured.output = process.stdout.read() if process.stdout else ""
        process.wait()
        measured.seconds = time.monotonic() - started
        finished.set()
        watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{measured.output[-4000:]}")
    return measured


def local_submit() -> list[str]:
    """Return the start of a command that submits a job to all cores of this machine."""
    master = f"local[{os.cpu_count() or 1}]"
    return ["spark-submit", "--master", master, "--driver-memory", "4g"]


def metrics_of(home: Home, run_id: str, job: Measured) -> RunMetrics:
    """Return what a job that was measured wrote about its run.

    Raises:
        RuntimeError: it left no metrics; the end of its output is in the message.
    """
    metrics = read_metrics(home, run_id)
    if metrics is None:
        raise RuntimeError(f"the job {run_id} left no metrics:\n{job.output[-2000:]}")
    return metrics


def _watch(pids: Sequence[int], measured: Measured, finished: threading.Event) -> None:
    roots = [psutil.Process(pid) for pid in pids]
    while not finished.wait(_INTERVAL):
        for root in roots:
            with suppress(psutil.Error):
                for process in [root, *root.children(recursive=True)]:
                    _note_peak(process, measured)


def _note_peak(process: psutil.Process, measured: Measured) -> None:
    # A process that has just ended has no figures any more.
    with suppress(psutil.Error, OSError), process.oneshot():
        key = (_role(process), process.pid)
        measured.peaks[key] = max(measured.peaks.get(key, 0.0), _peak_mib(process.pid))


def _peak_mib(pid: int) -> float:
    """Return the peak resident memory of a process in MiB, as Linux records it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    marks = [line.split() for line in status.splitlines() if line.startswith("VmHWM")]
    return int(marks[0][1]) / 1024 if marks else 0.0


def _role(process: psutil.Process) -> str:
    words = process.cmdline()
    command = " ".join(words)
    # Not the process name: a JVM that forks has the name of one of its threads for a moment.
    if words and Path(words[0]).name == "java":
        if "org.apache.spark.deploy.SparkSubmit" in command:
            return "driver JVM"
        return "executor JVM" if "CoarseGrainedExecutorBackend" in command else "Spark daemon"
    if "pyspark.daemon" in command:
        parent = process.parent()
        forked = parent is not None and "pyspark.daemon" in " ".join(parent.cmdline())
        return "python worker" if forked else "python daemon"
    return "driver Python" if "train_job.py" in command else "script"
