"""The roles of docker-compose.yml as processes of this machine, and what their users call."""

import json
from dataclasses import dataclass, field
from typing import Any

import psutil
import requests

from deploy.connection import SPARK_CONNECTION
from support.airflow_api import UNREACHABLE, AirflowApi
from support.native import LOOPBACK, NativeRoles
from support.processes import processes_of
from support.waits import wait_until
from tasks.runs.record import DAG_ID
from tasks.storage.paths import Home

TRAIN = "train_classifier"
PASSWORD = "only-for-tests"  # noqa: S105 - of a cluster that a test starts

#: What a .env would hold, and what makes Airflow notice a fault in seconds rather than minutes.
VARIABLES = {
    "GRAFT_FERNET_KEY": "7cIv7BzM6nJcIY2JZ3V6mB0YwqJ5u8dEoAAnkq2bQnM=",
    "GRAFT_SECRET_KEY": "only-for-tests-" * 4,
    "GRAFT_JWT_SECRET": "only-for-tests-" * 4,
    "GRAFT_POSTGRES_PASSWORD": PASSWORD,
    "GRAFT_SPARK_SECRET": "only-for-tests-" * 2,
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


@dataclass
class ComposeCluster:
    """A running cluster.

    Attributes:
        roles: its processes.
        spark_conf: what Airflow's connection says of Spark's jobs.
        api: Airflow's REST API as the administrator calls it.
    """

    roles: NativeRoles
    spark_conf: dict[str, str]
    api: AirflowApi = field(init=False)

    def __post_init__(self) -> None:
        """Make the client; a test may break the server between two of its calls."""
        url = f"http://{LOOPBACK}:{self.roles.ports['AIRFLOW__API__PORT']}"
        self.api = AirflowApi(url, "admin", PASSWORD, UNREACHABLE)

    @property
    def home(self) -> Home:
        """The GRAFT_HOME of every role."""
        return Home(self.roles.home)

    def start(self) -> None:
        """Start every role but Postgres and wait until the DAG can be triggered."""
        self.roles.start("spark-master")
        self.roles.run("airflow-init")
        for name in ("apiserver", "dag-processor", "triggerer"):
            self.roles.start(f"airflow-{name}")
        self.start_scheduler()
        for worker in WORKERS:
            self.start_worker(worker)
        self.wait_until_healthy(180)
        wait_until(
            lambda: self.workers() == len(WORKERS), 60, "Spark's workers", ignoring=UNREACHABLE
        )
        wait_until(self.api.knows_the_dag, 120, "the DAG", ignoring=UNREACHABLE)
        self.api.unpause()

    def wait_until_healthy(self, seconds: float = 120) -> None:
        """Wait until every part of Airflow is well; those that ended are started again."""

        def healthy() -> bool:
            self.roles.restart_ended()
            return self.api.is_healthy()

        wait_until(healthy, seconds, "a healthy Airflow", ignoring=UNREACHABLE)

    def spark(self) -> dict[str, Any]:
        """Return what Spark's master says of itself."""
        port = self.roles.ports["SPARK_MASTER_WEBUI_PORT"]
        return dict(requests.get(f"http://{LOOPBACK}:{port}/json/", timeout=10).json())

    def workers(self) -> int:
        """Return how many workers Spark's master can use."""
        return sum(worker["state"] == "ALIVE" for worker in self.spark()["workers"])

    def start_worker(self, instance: str) -> None:
        """Start one of Spark's workers."""
        self.roles.start("spark-worker", instance)

    def start_scheduler(self) -> None:
        """Start the scheduler, ``spark_conf`` in the connection that its tasks see."""
        role = self.roles.environment(self.roles.roles["airflow-scheduler"])
        connection = json.loads(role[SPARK_CONNECTION])
        connection["extra"] = {"conf": self.spark_conf}
        given = {SPARK_CONNECTION: json.dumps(connection)}
        self.roles.start("airflow-scheduler", **given)

    def log(self, run_id: str, task_id: str = TRAIN) -> str:
        """Return the log of all tries of a task."""
        folder = self.home.airflow / "logs" / f"dag_id={DAG_ID}" / f"run_id={run_id}"
        files = sorted((folder / f"task_id={task_id}").glob("attempt=*.log"))
        return "".join(path.read_text(errors="replace") for path in files)

    def wait_for_log(self, run_id: str, text: str, seconds: float = 300) -> None:
        """Wait until the training's log holds a text."""

        def found() -> bool:
            assert self.api.state(run_id) in {"queued", "running"}, self.log(run_id)[-3000:]
            return text in self.log(run_id)

        wait_until(found, seconds, f"{text!r} in the log of {run_id}", ignoring=UNREACHABLE)

    def assert_succeeds(self, run_id: str) -> None:
        """Wait for the end of a run, which has to be a good one."""

        def ended() -> bool:
            # Whatever Airflow is in the middle of may end it, seconds after its data base ended.
            self.roles.restart_ended()
            return self.api.state(run_id) in {"success", "failed"}

        wait_until(ended, 400, f"the end of {run_id}", ignoring=UNREACHABLE)
        assert self.api.end(run_id) == "success", self.log(run_id)[-5000:]

    def metrics(self, run_id: str) -> dict[str, Any]:
        """Return what the job of a run wrote of its result."""
        return dict(json.loads((self.home.run(run_id) / "metrics.json").read_text()))

    def drivers(self) -> list[psutil.Process]:
        """Return Spark's drivers: their JVMs and their Pythons."""
        return processes_of(self.roles.home, "train_job.py")

    def executors(self) -> list[psutil.Process]:
        """Return Spark's executors."""
        return processes_of(self.roles.home, "CoarseGrainedExecutorBackend")

    def is_quiet(self) -> bool:
        """Whether no job is left: no driver, no executor, no application."""
        return not (self.drivers() or self.executors() or self.spark()["activeapps"])
