"""``make ui``: Airflow with its web pages on this machine, for its user alone, until Ctrl-C."""

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from filelock import FileLock, Timeout

from deploy.processes import Services
from deploy.ui_settings import LOOPBACK, USER, password, ui_environment
from tasks.errors import GraftError, NetworkError, SetupError
from tasks.params.installation import cron_schedule, default_params
from tasks.runs.record import DAG_ID
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import Home

PARTS = {
    "api-server": ("api-server",),
    "dag-processor": ("dag-processor",),
    # Neither of the two serves its logs to other machines.
    "scheduler": ("scheduler", "--skip-serve-logs"),
    # No step of Graft's needs it, but without it Airflow's first page is alarmed.
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
# The others report to it until they end.
_LAST = "api-server"
_POLL_SECONDS = 0.5
_PATIENCE_SECONDS = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Airflow; return 0 when it was asked to stop, 1 when it could not go on."""
    parser = argparse.ArgumentParser(prog="make ui", description=__doc__)
    parser.add_argument("--port", type=_port, default=8080, help="of 127.0.0.1 (default: 8080)")
    parsed = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return run(Home.from_environ(), parsed.port)
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 0


def run(home: Home, port: int) -> int:
    """Start every part, say how to log in, and watch until one ends or the user is done."""
    # The DAG would be missing, with the reason on Airflow's first page only.
    default_params()
    cron_schedule()
    environment = ui_environment(port)
    word = password(home)
    with _alone(home):
        _check_port(port)
        services = Services()
        try:
            _migrate(services, home, environment)
            for name, command in PARTS.items():
                services.start(name, ["airflow", *command], environment, _log(home, name))
            airflow = _Airflow(f"http://{LOOPBACK}:{port}", word)
            _wait(services, home, airflow)
            _greet(home, airflow)
            while True:
                _check(services, home)
                time.sleep(_POLL_SECONDS)
        finally:
            _stop(services)


class _Airflow:
    """What the api-server knows."""

    def __init__(self, url: str, word: str) -> None:
        import requests

        self.url = url
        self.password = word
        self._session = requests.Session()
        self._session.trust_env = False

    def waits_for(self) -> list[str]:
        """Return what is not ready yet."""
        try:
            health = self._get("monitor/health")
            unhealthy = [name for name, found in health.items() if found["status"] != "healthy"]
            if unhealthy:
                return [name.replace("_", "-") for name in unhealthy]
            return [] if self.import_errors() or self.dag() else [f"the DAG {DAG_ID}"]
        except NetworkError:
            return ["api-server"]

    def dag(self) -> dict[str, Any] | None:
        """Return what is known of our DAG, if it has been read."""
        dags = self._get("dags", dag_id_pattern=DAG_ID)["dags"]
        return next((dag for dag in dags if dag["dag_id"] == DAG_ID), None)

    def import_errors(self) -> list[str]:
        """Return the files that are no DAGs because of an error in them."""
        return [str(error["filename"]) for error in self._get("importErrors")["import_errors"]]

    def _get(self, path: str, **query: str) -> Any:
        import requests

        try:
            if "Authorization" not in self._session.headers:
                self._log_in()
            answer = self._session.get(f"{self.url}/api/v2/{path}", params=query, timeout=30)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException as error:
            raise NetworkError(f"the api-server does not answer as it should: {error}") from None

    def _log_in(self) -> None:
        user = {"username": USER, "password": self.password}
        answer = self._session.post(f"{self.url}/auth/token", json=user, timeout=30)
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Keep a second one off the same data base."""
    path = home.ui / ".lock"
    lock = FileLock(path)
    try:
        with storage_errors(path):
            lock.acquire(timeout=0)
    except Timeout:
        raise SetupError(
            f"another make ui runs on {home.root}: stop that one, or give this one another "
            "GRAFT_HOME and PORT"
        ) from None
    with lock:
        yield


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        # As the api-server does: connections that were closed a moment ago do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise SetupError(
                f"port {port} of {LOOPBACK} cannot be had ({os.strerror(error.errno or 0)}): "
                "make ui PORT=8081, or any other that is free"
            ) from None


def _migrate(services: Services, home: Home, environment: dict[str, str]) -> None:
    """Make Airflow's data base, or bring it up to date."""
    name = "db-migrate"
    _say("data base")
    services.start(name, ["airflow", "db", "migrate"], environment, _log(home, name))
    if status := services.running[name].wait():
        raise _failure(home, name, status)
    services.running.pop(name)


def _wait(services: Services, home: Home, airflow: _Airflow) -> None:
    """Return when every part is healthy and the DAG is there; say what is not, as it changes."""
    _say(f"starting {', '.join(PARTS)}")
    before: list[str] = []
    said = time.monotonic()
    while left := airflow.waits_for():
        _check(services, home)
        if left != before or time.monotonic() - said > _PATIENCE_SECONDS:
            _say(f"  waiting for {', '.join(left)}")
            before, said = left, time.monotonic()
        time.sleep(_POLL_SECONDS)


def _greet(home: Home, airflow: _Airflow) -> None:
    _say(f"\nAirflow is at {airflow.url}")
    _say(f"  log in as {USER} with the password {airflow.password}")
    dag = airflow.dag()
    if dag and dag["is_paused"]:
        _say(
            f"  {DAG_ID} is paused: Trigger asks whether to switch it on, and switching it on "
            "starts its schedule"
        )
    for path in airflow.import_errors():
        _say(f"  {path} has an error, which Airflow's first page shows")
    _say(f"  logs: {home.ui}/*.log")
    _say("  Ctrl-C stops it")


def _check(services: Services, home: Home) -> None:
    for name, status in services.ended().items():
        raise _failure(home, name, status)


def _failure(home: Home, name: str, status: int) -> SetupError:
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    log = _log(home, name)
    with storage_errors(log):
        end = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-10:]
    return SetupError("\n  ".join([f"{name} {how}; the end of {log}:", *end]))


def _stop(services: Services) -> None:
    """Stop what runs; asked a second time, at once."""
    try:
        if services.running:
            _say("\nstopping; Ctrl-C again stops at once")
        services.stop(*(name for name in services.running if name != _LAST))
        services.stop(_LAST)
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        services.kill()
    _say("stopped")


def _log(home: Home, name: str) -> Path:
    return home.ui / f"{name}.log"


def _port(text: str) -> int:
    port = int(text) if text.isdigit() else 0
    if not 0 < port < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, expected 1 to {2**16 - 1}")
    return port


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    # The terminal may be gone, which must not keep anything running.
    with suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
