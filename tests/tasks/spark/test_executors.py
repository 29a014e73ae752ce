"""Waits for executors and tasks, and what is said of an executor or a master that was lost."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.spark import Join
from support.waits import wait_until
from tasks.errors import DataError
from tasks.spark import executors as module
from tasks.spark.cluster import Cluster
from tasks.spark.executors import cluster_errors, wait_for_executors, wait_for_tasks


class TestWaitForExecutors:
    def test_nothing_is_waited_for(self, cluster: Cluster) -> None:
        wait_for_executors(cluster.context, 0)

    def test_executors_that_do_not_start(self, join: Join) -> None:
        conf = {
            "spark.executor.instances": "2",
            "spark.executor.memory": "64g",
            "spark.scheduler.maxRegisteredResourcesWaitingTime": "1s",
        }
        assert join("local[1]", "describe", conf=conf) == (
            "ClusterError: local[1] started 0 of 2 executors within 1 s, each with the default "
            "cores and 64g of heap: check that its workers are up, large enough and free, or ask "
            "for less: executors, executor_cores, executor_memory\n"
        )


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

    def test_a_lost_executor_and_a_lost_master_are_named(
        self, join: Join, standalone_master: str
    ) -> None:
        conf = {
            "spark.executor.instances": "2",
            "spark.executor.cores": "1",
            "spark.cores.max": "2",
            "spark.executor.memory": "1g",
            # One lost executor ends the job, as it ends a training.
            "spark.task.maxFailures": "1",
        }
        said = join(standalone_master, "describe", "lose-an-executor", "stop", conf=conf)
        found, lost, stopped = said.splitlines()
        assert found == "not local: 2 executors, 2 cores"
        assert re.fullmatch(
            r"ClusterError: Spark lost executor \d on 127\.0\.0\.1:\d+; its worker's log says why, "
            r"and a common cause is too little memory \(executor_memory\)",
            lost,
        )
        assert stopped.startswith(
            f"ClusterError: Spark lost its master, {standalone_master}, or was told to stop; "
        )
