"""``make ui``: started, called through Airflow's REST API, and ended with Ctrl-C."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from support.airflow_api import AirflowApi
from support.network import free_port
from support.processes import listening, processes_of
from support.shell import Shell
from support.waits import wait_until
from tasks.storage.paths import CHECKOUT, Home

#: What ``make ui`` says when it can be used.
READY = re.compile(
    r"^Airflow is at (?P<url>\S+)$.*^  log in as (?P<user>\S+) with the password (?P<word>\S+)$"
    r".*^  Ctrl-C stops it$",
    re.M | re.S,
)

#: What runs that nobody triggers train on, and how long; each new model is promoted.
PARAMS = json.dumps({"source": "sample", "epochs": 3, "parity_records": 8, "promote": "always"})

#: A second pipeline, of the same data and params as the built-in one; its asset alone starts it.
GARDEN = "garden"
_GARDEN_FILE = 'schedule = "none"\n\n[params]\nsource = "sample"\n'


@dataclass(frozen=True)
class Ui:
    """``make ui`` while it runs.

    Attributes:
        api: Airflow's REST API as its user calls it.
        home: its GRAFT_HOME.
        process: its first process.
        output: the file of all that it writes.
    """

    api: AirflowApi
    home: Home
    process: "subprocess.Popen[bytes]"
    output: Path

    def processes(self) -> list[psutil.Process]:
        """Return all its processes, the first one included."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]

    def interrupt(self) -> int:
        """Do what Ctrl-C does, and return the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(120)


@contextmanager
def running_ui(folder: Path, variables: Mapping[str, str] | None = None) -> Iterator[Ui]:
    """Start ``make ui``, yield it when it is ready and end it.

    Args:
        folder: where its GRAFT_HOME is, or will be.
        variables: of its environment, beside Graft's own.
    """
    home = Home(folder / "home")
    pipelines = folder / "pipelines"
    pipelines.mkdir(exist_ok=True)
    (pipelines / f"{GARDEN}.toml").write_text(_GARDEN_FILE)
    ours = {"GRAFT_PARAMS": PARAMS, "GRAFT_PIPELINES": str(pipelines)}
    given = {**ours, **(variables or {})}
    command = ["graft", "ui", "--port", str(free_port())]
    output = folder / "output"
    with (
        output.open("wb") as log,
        subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=Shell(home, {}, given).env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            ready = _wait_for(process, output)
            api = AirflowApi(ready["url"], ready["user"], ready["word"])
            yield Ui(api, home, process, output)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)


def _wait_for(process: "subprocess.Popen[bytes]", output: Path) -> "re.Match[str]":
    def ready() -> "re.Match[str] | None":
        assert process.poll() is None, output.read_text()
        return READY.search(output.read_text())

    return wait_until(ready, 240, "make ui")


@dataclass(frozen=True)
class Stopped:
    """What was seen of ``make ui`` when Ctrl-C ended it during a run.

    Attributes:
        run_id: the run's.
        reached: addresses and ports at which its processes listened, Spark's page among them.
        status: its exit status.
        left: the processes that were still there.
        said: all that it wrote.
    """

    run_id: str
    reached: set[tuple[str, int]]
    status: int
    left: list[psutil.Process]
    said: str


def stop_during_a_run(ui: Ui) -> Stopped:
    """Start a run, press Ctrl-C while Spark works, and return what was seen."""
    ui.api.unpause()
    run_id = ui.api.trigger({"force": True})
    reached: set[tuple[str, int]] = set()

    def spark_shows_its_page() -> bool:
        """By then all that Spark's driver opens is open."""
        reached.update(listening(ui.processes()))
        state = ui.api.state(run_id)
        assert state in {"queued", "running"}, state
        link = ui.api.link(run_id, "train_classifier")
        return urlsplit(link or "").port in {port for _, port in reached}

    wait_until(spark_shows_its_page, 300, "Spark's page")
    reached.update(listening(ui.processes()))
    all_of_it = ui.processes()
    status = ui.interrupt()
    left = psutil.wait_procs(all_of_it, timeout=10)[1] + processes_of(ui.home.root)
    return Stopped(run_id, reached, status, left, ui.output.read_text())
