"""Runs the roles of ``docker-compose.yml`` on this machine, without Docker, on loopback.

Commands and environment are those of the file. Host names and ports, which each container has for
itself, become free ports of 127.0.0.1, and paths a folder. Postgres is Debian's.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from deploy.process_tree import descendants, kill
from support.compose import Role, read_roles
from support.postgres import Postgres
from tasks.errors import SetupError
from tasks.storage.paths import CHECKOUT

ENTRYPOINT = CHECKOUT / "scripts" / "entrypoint.sh"
LOOPBACK = "127.0.0.1"

# Address of every role that answers others, by the variable of its port.
_PORTS = {
    "AIRFLOW__API__PORT": "airflow-apiserver:8080",
    "SPARK_MASTER_PORT": "spark-master:7077",
    "SPARK_MASTER_WEBUI_PORT": "spark-master:8081",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": "airflow-scheduler:8974",
    "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": "airflow-scheduler:8793",
    "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": "airflow-triggerer:8794",
    "POSTGRES_PORT": "postgres:5432",
}
_STOP_SECONDS = 20


@dataclass
class NativeRoles:
    """The roles of one cluster; each is started by its name in the compose file.

    Args:
        folder: where data bases, logs and GRAFT_HOME go.
        variables: content of a ``.env``, for the compose file; those of Airflow also go to every
            role.
    """

    folder: Path
    variables: Mapping[str, str]
    roles: dict[str, Role] = field(init=False)
    ports: dict[str, int] = field(init=False)
    running: dict[str, "subprocess.Popen[bytes]"] = field(init=False, default_factory=dict)
    restarts: dict[str, Callable[[], None]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read the roles and choose the ports."""
        self.roles = read_roles(self.variables)
        self.ports = {name: _free_port() for name in _PORTS}

    @property
    def home(self) -> Path:
        """``GRAFT_HOME`` of every role."""
        return self.folder / "home"

    def environment(self, role: Role) -> dict[str, str]:
        """Return the environment that a role is started with."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SPARK_"))}
        ours = {name: str(port) for name, port in self.ports.items()}
        given = {name: self._localised(value) for name, value in role.environment.items()}
        return {
            **inherited,
            **given,
            **ours,
            "GRAFT_HOME": str(self.home),
            "AIRFLOW__API__HOST": LOOPBACK,
            "AIRFLOW_CONN_SPARK_DEFAULT": self._spark_connection(),
            "SPARK_MASTER_HOST": LOOPBACK,
            "SPARK_LOCAL_IP": LOOPBACK,
            "SPARK_WORKER_WEBUI_PORT": "0",
            **{k: v for k, v in self.variables.items() if k.startswith("AIRFLOW__")},
        }

    def start(self, name: str, instance: str = "", **environment: str) -> None:
        """Start a role; its output is appended to ``<folder>/<name>.log``."""
        role = self.roles[name]
        key = name + instance
        self.restarts[key] = partial(self.start, name, instance, **environment)
        command = [str(ENTRYPOINT), *(self._localised(word) for word in role.command)]
        given = {**self.environment(role), **environment}
        if name == "spark-worker":
            given["SPARK_WORKER_DIR"] = str(self.folder / key)
        with self.log(key).open("ab") as log:
            self.running[key] = subprocess.Popen(
                command, cwd=CHECKOUT, env=given, stdout=log, stderr=log, start_new_session=True
            )

    def restart_ended(self) -> None:
        """Start roles again that ended by themselves, as ``restart: unless-stopped`` does."""
        for key, process in list(self.running.items()):
            if process.poll() is not None:
                # What a container holds ends with its first process.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                self.restarts[key]()

    def run(self, name: str) -> None:
        """Run a role that ends by itself, such as a migration.

        Raises:
            SetupError: it failed; the end of its log is in the message.
        """
        self.start(name)
        if self.running.pop(name).wait():
            raise SetupError(f"{name} failed:\n{self.log(name).read_text()[-3000:]}")

    def log(self, key: str) -> Path:
        """Return the file of a role's output."""
        return self.folder / f"{key}.log"

    def kill(self, key: str) -> None:
        """End a role and all that it started at once, as the end of its container would."""
        process = self.running.pop(key)
        below = descendants(process.pid)
        process.kill()
        kill(below)
        process.wait()

    def stop(self) -> None:
        """End every role, those that others wait for last."""
        for key in reversed(list(self.running)):
            process = self.running[key]
            below = descendants(process.pid)
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
            self.kill(key)
            kill(below)

    def postgres(self) -> Postgres:
        """Return the data base server, with the compose file's user, password and data base."""
        given = self.roles["postgres"].environment
        return Postgres(
            folder=self.folder / "postgres",
            port=self.ports["POSTGRES_PORT"],
            user=given["POSTGRES_USER"],
            password=given["POSTGRES_PASSWORD"],
            database=given["POSTGRES_DB"],
        )

    def _spark_connection(self) -> str:
        port = self.ports["SPARK_MASTER_PORT"]
        return f'{{"conn_type": "spark", "host": "spark://{LOOPBACK}", "port": {port}}}'

    def _localised(self, text: str) -> str:
        for name, address in _PORTS.items():
            text = text.replace(address, f"{LOOPBACK}:{self.ports[name]}")
        return text


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        return int(found.getsockname()[1])
