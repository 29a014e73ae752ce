"""``graft ui``: Airflow with its web pages on this machine, for its user alone, until Ctrl-C."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from deploy.airflow_api import AirflowApi
from deploy.processes import Services
from deploy.signals import ignore_stop_signals
from deploy.terminal import say
from deploy.ui_guards import check_port, only_one
from deploy.ui_settings import USER, password, ui_environment
from tasks.errors import SetupError
from tasks.pipelines.folder import read_pipelines
from tasks.pipelines.pipeline import built_in
from tasks.runs.record import DAG_ID
from tasks.spark.settings import LOOPBACK
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import Home

PARTS = {
    "api-server": ("api-server",),
    "dag-processor": ("dag-processor",),
    # Without a server for its logs, which nobody here needs.
    "scheduler": ("scheduler", "--skip-serve-logs"),
    # No step needs it, but Airflow's first page reports it as missing.
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
# The others report to it until they end.
_LAST = "api-server"
_POLL_SECONDS = 0.5
_PATIENCE_SECONDS = 30


def run(home: Home, port: int) -> NoReturn:
    """Start every part, say how to log in, and watch until a part ends or the user stops it.

    Args:
        home: of artefacts and of this Airflow's data base.
        port: where the api-server will answer.

    Raises:
        GraftError: Airflow could not be started, or a part of it ended.
        KeyboardInterrupt: the user stopped it.
    """
    # With a wrong setting the DAG would be missing, and only Airflow's first page would say why.
    built_in()
    environment = ui_environment(port)
    secret = password(home)
    with only_one(home):
        check_port(port)
        parts = _Parts(home, environment)
        try:
            parts.migrate()
            parts.start()
            airflow = AirflowApi(f"http://{LOOPBACK}:{port}", secret)
            _wait(parts, airflow)
            _greet(home, airflow)
            while True:
                parts.check()
                time.sleep(_POLL_SECONDS)
        finally:
            parts.stop()


@dataclass
class _Parts:
    """The parts of this Airflow, each with a log of its own."""

    home: Home
    environment: dict[str, str]
    services: Services = field(default_factory=Services)

    def migrate(self) -> None:
        """Create Airflow's data base, or bring it up to date."""
        name = "db-migrate"
        _say("data base")
        self._start(name, "db", "migrate")
        if status := self.services.running[name].wait():
            raise self._failure(name, status)
        self.services.running.pop(name)

    def start(self) -> None:
        """Start all parts."""
        _say(f"starting {', '.join(PARTS)}")
        for name, command in PARTS.items():
            self._start(name, *command)

    def check(self) -> None:
        """Raise a ``SetupError`` if a part has ended."""
        for name, status in self.services.ended().items():
            raise self._failure(name, status)

    def stop(self) -> None:
        """Stop what runs; asked a second time, at once."""
        try:
            if self.services.running:
                _say("")
                _say("stopping; Ctrl-C again stops at once")
            self.services.stop(*(name for name in self.services.running if name != _LAST))
            self.services.stop(_LAST)
        except KeyboardInterrupt:
            pass
        finally:
            ignore_stop_signals()
            self.services.kill()
        _say("stopped")

    def _start(self, name: str, *command: str) -> None:
        self.services.start(
            name, ["airflow", *command], environment=self.environment, log=self._log(name)
        )

    def _log(self, name: str) -> Path:
        return self.home.ui / f"{name}.log"

    def _failure(self, name: str, status: int) -> SetupError:
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        log = self._log(name)
        with storage_errors(log):
            end = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-10:]
        return SetupError(f"{name} {how}; the end of {log}:", *(f"  {line}" for line in end))


def _wait(parts: _Parts, airflow: AirflowApi) -> None:
    """Return when every part is healthy and the DAG is there; say what is not, as it changes."""
    before: list[str] = []
    said = time.monotonic()
    while left := airflow.waits_for():
        parts.check()
        if left != before or time.monotonic() - said > _PATIENCE_SECONDS:
            _say(f"  waiting for {', '.join(left)}")
            before, said = left, time.monotonic()
        time.sleep(_POLL_SECONDS)


def _greet(home: Home, airflow: AirflowApi) -> None:
    _say("")
    _say(f"Airflow is at {airflow.url}")
    _say(f"  log in as {USER} with the password {airflow.password}")
    dag = airflow.dag()
    if dag and dag["is_paused"]:
        _say(
            f"  {DAG_ID} is paused: Trigger asks whether to switch it on, and switching it on "
            "starts its schedule"
        )
    for problem in read_pipelines().problems:
        _say(f"  not a pipeline: {problem}")
    for path in airflow.import_errors():
        _say(f"  {path} has an error, which Airflow's first page shows")
    _say(f"  logs: {home.ui}/*.log")
    _say("  Ctrl-C stops it")


def _say(line: str) -> None:
    # The terminal may be gone, which must not keep anything running.
    with suppress(OSError):
        say(line)
