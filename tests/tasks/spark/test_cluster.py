"""The Spark that a job joins: what it finds there, and what it says when it is not enough."""

import os
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.standalone import standalone
from support import python_programs
from support.spark import spark_environ
from support.waits import wait_until
from tasks.errors import DataError
from tasks.spark import cluster as module
from tasks.spark.cluster import (
    Cluster,
    cluster_errors,
    log_optimizer_to,
    quiet,
    wait_for_executors,
    wait_for_tasks,
)
from tasks.spark.settings import submit_env
from tasks.storage.paths import Home


class TestLocal:
    def test_driver_and_executors_are_one(self, cluster: Cluster) -> None:
        assert cluster.is_local
        assert (cluster.master, cluster.cores, cluster.executors) == ("local[2]", 2, 0)

    def test_the_heap_is_what_the_driver_was_given(self, cluster: Cluster) -> None:
        # The JVM keeps a survivor space of the 3 GiB to itself.
        assert 2.5 * 1024 < cluster.heap_mib <= 3 * 1024

    def test_python_workers_are_sent_the_package_and_nothing_else(self, cluster: Cluster) -> None:
        from pyspark import SparkFiles

        assert "tasks.zip" in cluster.context._python_includes
        with zipfile.ZipFile(SparkFiles.get("tasks.zip")) as package:
            names = package.namelist()
        assert {"tasks/errors.py", "tasks/spark/cluster.py"} <= set(names)
        assert {name.split("/")[0] for name in names} == {"tasks"}
        assert not [name for name in names if "__pycache__" in name]

    def test_nothing_is_waited_for(self, cluster: Cluster) -> None:
        wait_for_executors(cluster.context, 0)


class TestWaitForTasks:
    @pytest.fixture
    def busy(self, cluster: Cluster, tmp_path: Path) -> Iterator[Path]:
        """A folder in which two tasks note when they start and, after two seconds, end."""

        def work(number: int) -> int:
            (tmp_path / f"started-{number}").touch()
            time.sleep(2)
            (tmp_path / f"ended-{number}").touch()
            return number

        context = cluster.context
        job = threading.Thread(target=lambda: context.parallelize(range(2), 2).map(work).collect())
        job.start()
        wait_until(lambda: len(list(tmp_path.glob("started-*"))) == 2, 60, "tasks", every=0.05)
        yield tmp_path
        job.join()

    def test_returns_when_none_runs(self, cluster: Cluster, busy: Path) -> None:
        wait_for_tasks(cluster.context, 60)
        assert len(list(busy.glob("ended-*"))) == 2

    def test_gives_up_after_a_time(self, cluster: Cluster, busy: Path) -> None:
        wait_for_tasks(cluster.context, 0.1)
        assert not list(busy.glob("ended-*"))


class TestClusterErrors:
    def test_an_error_of_ours_passes(self, cluster: Cluster) -> None:
        with pytest.raises(DataError, match=r"^no JPEG$"), cluster_errors(cluster.context):
            raise DataError("no JPEG")

    def test_another_error_passes_where_nothing_was_lost(
        self, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_SECONDS_TO_HEAR", 1)
        with pytest.raises(ValueError, match=r"^odd$"), cluster_errors(cluster.context):
            raise ValueError("odd")


def test_quiet_swallows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with quiet():
        print("creating: createLinear")
    print("after")
    assert capsys.readouterr().out == "after\n"


def test_the_optimisers_lines_go_to_a_file(cluster: Cluster, tmp_path: Path) -> None:
    log = cluster.context._jvm.org.apache.logging.log4j.LogManager
    optimizer = log.getLogger("com.intel.analytics.bigdl.dllib.optim.DistriOptimizer$")
    try:
        for name in ("first.log", "second.log"):
            log_optimizer_to(cluster.context, tmp_path / name)
            optimizer.info(f"[Epoch 1] to {name}")
        log.getLogger("org.apache.spark").error("of another logger")
    finally:
        log_optimizer_to(cluster.context, Path(os.devnull))
    for name in ("first.log", "second.log"):
        (line,) = (tmp_path / name).read_text().splitlines()
        assert line.endswith(f"[Epoch 1] to {name}")


#: Joins a Spark in a process of its own and returns what it said.
Join = Callable[..., str]


@pytest.fixture
def join(tmp_path: Path, short_lived_jvms: dict[str, str]) -> Join:
    def join(master: str, *actions: str, conf: dict[str, str] | None = None, **env: str) -> str:
        settings = {**short_lived_jvms, "spark.driver.host": "127.0.0.1", **(conf or {})}
        environ = spark_environ(Home(tmp_path / "home"), master, settings)
        given = {**environ, "SPARK_LOCAL_IP": "127.0.0.1", **env}
        ran = python_programs.run("join_spark", *actions, timeout=240, **given)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return join


class TestJoin:
    def test_a_master_that_is_none(self, join: Join) -> None:
        said = join("local[two]", "describe")
        assert said.startswith("SetupError: Spark does not start at local[two]: Could not parse")

    def test_without_bigdl_on_the_class_path(self, join: Join, tmp_path: Path) -> None:
        said = join("local[1]", "describe", SPARK_CONF_DIR=str(tmp_path))
        assert said == (
            "SetupError: com.intel.analytics.bigdl.dllib.utils.Engine is not on the driver's class "
            "path: source env.sh before spark-submit, or pass --conf spark.driver.extraClassPath "
            "and spark.executor.extraClassPath with BigDL's jar\n"
        )

    def test_executors_that_do_not_start(self, join: Join) -> None:
        conf = {
            "spark.executor.instances": "2",
            "spark.executor.memory": "64g",
            "spark.scheduler.maxRegisteredResourcesWaitingTime": "1s",
        }
        assert join("local[1]", "describe", conf=conf) == (
            "ClusterError: local[1] started 0 of 2 executors within 1 s, each of the default cores "
            "and 64g of heap: are its workers up, large enough and free? Otherwise ask for less: "
            "executors, executor_cores, executor_memory\n"
        )


class TestStandalone:
    @pytest.fixture(scope="class")
    @classmethod
    def master(cls) -> Iterator[str]:
        """The URL of a cluster of two cores."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in submit_env().items():
                patch.setenv(name, value)
            with standalone(workers=2, memory="1g") as started:
                yield started.master

    def test_an_unknown_number_of_cores(self, join: Join, master: str) -> None:
        said = join(master, "describe", conf={"spark.executor.memory": "1g"})
        assert said == (
            "SetupError: BigDL cannot tell how many cores the cluster has: submit with "
            "--executor-cores and --total-executor-cores or --num-executors (Engine.init: Can't "
            "find executor core number, do you submit with --executor-cores option)\n"
        )

    def test_a_lost_executor_and_a_lost_master_are_named(self, join: Join, master: str) -> None:
        conf = {
            "spark.executor.instances": "2",
            "spark.executor.cores": "1",
            "spark.cores.max": "2",
            "spark.executor.memory": "1g",
            # One lost executor ends the job, as it ends a training.
            "spark.task.maxFailures": "1",
        }
        said = join(master, "describe", "lose-an-executor", "stop", conf=conf)
        found, lost, stopped = said.splitlines()
        assert found == "not local: 2 executors, 2 cores"
        assert re.fullmatch(
            r"ClusterError: Spark lost executor \d on 127\.0\.0\.1:\d+; its worker's log says why, "
            r"and a memory that was too small is a common cause \(executor_memory\)",
            lost,
        )
        assert stopped.startswith(
            f"ClusterError: Spark lost its master, {master}, or was told to stop; "
        )
