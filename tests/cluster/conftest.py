"""The roles of docker-compose.yml, started natively once for all tests of a session."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from deploy.connection import SPARK_CONNECTION
from support.native import LOOPBACK, NativeRoles
from support.postgres import postgres_binaries
from tasks.storage.paths import CHECKOUT, Home

DAG = "flowers_transfer_learning"
TRAIN = "train_classifier"
PASSWORD = "only-for-tests"  # noqa: S105 - of a cluster that a test starts

#: What a .env would hold, and what makes Airflow notice a fault in seconds rather than minutes.
VARIABLES = {
    "GRAFT_FERNET_KEY": "7cIv7BzM6nJcIY2JZ3V6mB0YwqJ5u8dEoAAnkq2bQnM=",
    "GRAFT_SECRET_KEY": "only-for-tests-" * 4,
    "GRAFT_JWT_SECRET": "only-for-tests-" * 4,
    "GRAFT_POSTGRES_PASSWORD": PASSWORD,
    "GRAFT_PASSWORDS": json.dumps({"admin": PASSWORD}),
    "GRAFT_WORKER_CORES": "1",
    "GRAFT_ACTIVE_RUNS": "2",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "10",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
}
WORKERS = ("-1", "-2")
#: How long a job waits for its executors: longer than a worker takes to start again.
PATIENCE = {"spark.scheduler.maxRegisteredResourcesWaitingTime": "30s"}


def _wait_until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Return the first true value of ``condition``, or fail."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(requests.ConnectionError, requests.Timeout):
            if found := condition():
                return found
        time.sleep(0.3)
    pytest.fail(f"{what}: not within {seconds:.0f} s")


@dataclass
class Cluster:
    """A running cluster and its REST API.

    Attributes:
        roles: its processes.
        spark_conf: what Airflow's connection says of Spark's jobs.
    """

    roles: NativeRoles
    spark_conf: dict[str, str]
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def home(self) -> Home:
        return Home(self.roles.home)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.roles.ports['AIRFLOW__API__PORT']}"

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Call Airflow's REST API as a logged-in user."""
        answer = self.session.request(
            method, f"{self.url}/api/v2/{path}", json=body or None, timeout=30
        )
        if answer.status_code == 401:
            self.log_in()
            return self.call(method, path, **body)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def log_in(self) -> None:
        user = {"username": "admin", "password": PASSWORD}
        answer = self.session.post(f"{self.url}/auth/token", json=user, timeout=30)
        assert answer.ok, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def healthy(self) -> bool:
        """Whether every role of Airflow that tells its health is well."""
        health = self.session.get(f"{self.url}/api/v2/monitor/health", timeout=10).json()
        return all(
            health[role]["status"] == "healthy"
            for role in ("metadatabase", "scheduler", "dag_processor", "triggerer")
        )

    def spark(self) -> dict[str, Any]:
        """What Spark's master says of itself."""
        port = self.roles.ports["SPARK_MASTER_WEBUI_PORT"]
        return requests.get(f"http://{LOOPBACK}:{port}/json/", timeout=10).json()

    def workers(self) -> int:
        """How many workers Spark's master can use."""
        return sum(worker["state"] == "ALIVE" for worker in self.spark()["workers"])

    def start_worker(self, instance: str) -> None:
        self.roles.start("spark-worker", instance)

    def start_scheduler(self) -> None:
        """Start the scheduler, ``spark_conf`` in the connection that its tasks see."""
        role = self.roles.environment(self.roles.roles["airflow-scheduler"])
        connection = json.loads(role[SPARK_CONNECTION])
        connection["extra"] = {"conf": self.spark_conf}
        given = {SPARK_CONNECTION: json.dumps(connection)}
        self.roles.start("airflow-scheduler", **given)

    def trigger(self, run_id: str, **conf: Any) -> str:
        """Start a DAG run."""
        self.call("POST", f"dags/{DAG}/dagRuns", dag_run_id=run_id, logical_date=None, conf=conf)
        return run_id

    def state(self, run_id: str) -> str:
        return str(self.call("GET", f"dags/{DAG}/dagRuns/{run_id}")["state"])

    def tasks(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Every task instance of a run, by task id."""
        path = f"dags/{DAG}/dagRuns/{run_id}/taskInstances"
        return {each["task_id"]: each for each in self.call("GET", path)["task_instances"]}

    def log(self, run_id: str, task_id: str = TRAIN) -> str:
        """The log of all tries of a task."""
        folder = self.home.airflow / "logs" / f"dag_id={DAG}" / f"run_id={run_id}"
        files = sorted((folder / f"task_id={task_id}").glob("attempt=*.log"))
        return "".join(path.read_text(errors="replace") for path in files)

    def wait_for_log(self, run_id: str, text: str, seconds: float = 300) -> None:
        def found() -> bool:
            assert self.state(run_id) in {"queued", "running"}, self.log(run_id)[-3000:]
            return text in self.log(run_id)

        _wait_until(found, seconds, f"{text!r} in the log of {run_id}")

    def end(self, run_id: str, seconds: float = 400) -> str:
        """Wait for the end of a run and return its state."""

        def ended() -> str:
            state = self.state(run_id)
            return state if state in {"success", "failed"} else ""

        return str(_wait_until(ended, seconds, f"the end of {run_id}"))

    def metrics(self, run_id: str) -> dict[str, Any]:
        return json.loads((self.home.run(run_id) / "metrics.json").read_text())

    def processes(self, *words: str) -> list[psutil.Process]:
        """Processes of this cluster with all ``words`` in their command lines."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                ours = process.environ().get("GRAFT_HOME") == str(self.roles.home)
                if ours and all(word in " ".join(process.cmdline()) for word in words):
                    found.append(process)
        return found

    def drivers(self) -> list[psutil.Process]:
        """Spark's drivers: their JVMs and their Pythons."""
        return self.processes("train_job.py")

    def executors(self) -> list[psutil.Process]:
        return self.processes("CoarseGrainedExecutorBackend")

    def is_quiet(self) -> bool:
        """Whether no job is left: no driver, no executor, no application."""
        return not (self.drivers() or self.executors() or self.spark()["activeapps"])


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., Any]:
    return _wait_until


@pytest.fixture(scope="session")
def cluster(short_lived_jvms: dict[str, str]) -> Iterator[Cluster]:
    if postgres_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL: .ci/run installs it")
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    # Not below pytest's folder, which PostgreSQL's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="graft-cluster-"))
    folder.chmod(0o755)
    variables = {
        **VARIABLES,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
    }
    roles = NativeRoles(folder, variables)
    postgres = roles.postgres()
    postgres.start()
    try:
        roles.start("spark-master")
        roles.run("airflow-init")
        for name in ("apiserver", "dag-processor", "triggerer"):
            roles.start(f"airflow-{name}")
        running = Cluster(roles, {**short_lived_jvms, **PATIENCE})
        running.start_scheduler()
        for worker in WORKERS:
            running.start_worker(worker)
        _wait_until(running.healthy, 180, "a healthy Airflow")
        _wait_until(lambda: running.workers() == len(WORKERS), 60, "Spark's workers")
        path = f"dags/{DAG}"
        _wait_until(lambda: DAG in str(running.call("GET", "dags")), 120, "the DAG")
        running.call("PATCH", path, is_paused=False)
        yield running
    finally:
        roles.stop()
        postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sample(cluster: Cluster) -> dict[str, Any]:
    """Params of a run on the bundled sample, which every machine can make."""
    command = [sys.executable, "-m", "deploy.cli", "sample", "make"]
    env = {**os.environ, "GRAFT_HOME": str(cluster.roles.home)}
    made = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return {**json.loads(made.stdout), "executor_memory": "1g", "driver_memory": "1g"}
