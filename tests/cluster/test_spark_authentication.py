"""Spark's master and a worker as docker-compose.yml starts them, a driver, and a stranger."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from support import python_programs
from support.airflow_api import UNREACHABLE
from support.compose_cluster import VARIABLES
from support.native import LOOPBACK, NativeRoles
from support.spark import spark_environ
from support.waits import wait_until
from tasks.spark.authentication import SECRET, authentication_conf
from tasks.spark.private_conf import private_env, without_private
from tasks.storage.paths import Home

pytestmark = pytest.mark.e2e

OURS = VARIABLES[SECRET]
STRANGERS = ("", "guessed-by-a-stranger")
ONE_EXECUTOR = {
    "spark.executor.instances": "1",
    "spark.executor.cores": "1",
    "spark.cores.max": "1",
    "spark.executor.memory": "1g",
    "spark.driver.host": LOOPBACK,
}

ONE_EXECUTOR_ARGUMENTS = " ".join(f"--conf {k}={v}" for k, v in ONE_EXECUTOR.items())


class Spark:
    """A running master with a worker."""

    def __init__(self, folder: Path) -> None:
        self.roles = NativeRoles(folder, VARIABLES)
        self.page = f"http://{LOOPBACK}:{self.roles.ports['SPARK_MASTER_WEBUI_PORT']}"
        self.master = f"spark://{LOOPBACK}:{self.roles.ports['SPARK_MASTER_PORT']}"

    def start(self) -> None:
        self.roles.start("spark-master")
        self.roles.start("spark-worker")
        wait_until(lambda: bool(self.workers()), 60, "a worker", ignoring=UNREACHABLE)

    def workers(self) -> list[str]:
        found = requests.get(f"{self.page}/json/", timeout=10).json()["workers"]
        return [f"spark://{worker['host']}:{worker['port']}" for worker in found]

    def applications(self) -> list[str]:
        found = requests.get(f"{self.page}/json/", timeout=10).json()["activeapps"]
        return [str(application["id"]) for application in found]

    def run(
        self, program: str, *words: str, secret: str, master: str = "local", **variables: str
    ) -> str:
        environ = spark_environ(Home(self.roles.folder / "driver"), master, ONE_EXECUTOR)
        given = {**environ, "SPARK_LOCAL_IP": LOOPBACK, SECRET: secret, **variables}
        ran = python_programs.run(program, *words, timeout=120, **given)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def endpoint(self, name: str) -> str:
        return self.master if name == "Master" else self.workers()[0]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    running = Spark(tmp_path_factory.mktemp("spark"))
    try:
        running.start()
        yield running
    finally:
        running.roles.stop()


@pytest.mark.parametrize("endpoint", ["Master", "Worker"])
def test_who_knows_the_secret_is_heard(spark: Spark, endpoint: str) -> None:
    said = spark.run("reach_spark", spark.endpoint(endpoint), endpoint, secret=OURS)
    assert said == f"reached {endpoint}\n"


@pytest.mark.parametrize("endpoint", ["Master", "Worker"])
@pytest.mark.parametrize("secret", STRANGERS)
def test_a_stranger_is_not(spark: Spark, endpoint: str, secret: str) -> None:
    """He reaches the ports, and nothing that would run his code."""
    said = spark.run("reach_spark", spark.endpoint(endpoint), endpoint, secret=secret)
    assert said.startswith("refused: ")


def test_a_job_runs_and_nobody_kills_it_on_a_page(spark: Spark) -> None:
    with ThreadPoolExecutor() as pool:
        job = pool.submit(spark.run, "join_spark", "work", secret=OURS, master=spark.master)
        wait_until(lambda: bool(spark.applications()), 60, "the job", ignoring=UNREACHABLE)
        (application,) = spark.applications()
        assert application in (page := requests.get(spark.page, timeout=10).text)
        assert "kill" not in page.lower()
        asked = {"id": application, "terminate": "true"}
        requests.post(f"{spark.page}/app/kill/", data=asked, timeout=10)
        assert job.result() == "16 tasks\n"


def test_an_airflow_connection_may_hold_the_secret(spark: Spark) -> None:
    conf = authentication_conf(spark.master, {SECRET: OURS})
    given = private_env(conf)
    public = " ".join(f"--conf {name}={value}" for name, value in without_private(conf).items())
    assert OURS not in public
    arguments = f"--master {spark.master} {public} pyspark-shell"
    environ = {**given, "PYSPARK_SUBMIT_ARGS": f"{ONE_EXECUTOR_ARGUMENTS} {arguments}"}
    assert spark.run("join_spark", "describe", secret="", **environ) == (
        "not local: 1 executors, 1 cores\n"
    )


def test_the_secret_is_in_no_process_list_and_no_file(spark: Spark) -> None:
    processes = psutil.process_iter(["cmdline"])
    commands = [" ".join(process.info["cmdline"] or ()) for process in processes]
    assert any("deploy.worker.Worker" in command for command in commands)
    assert not [command for command in commands if OURS in command]
    files = [path for path in spark.roles.folder.rglob("*") if path.is_file()]
    assert spark.roles.log("spark-master") in files
    assert [path for path in files if OURS.encode() in path.read_bytes()] == []
