"""The whole cluster: Postgres, Airflow with LocalExecutor, Spark with two workers."""

from typing import Any

import pytest

from support.compose_cluster import ComposeCluster
from tasks.runs.record import TASK_IDS

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def run(cluster: ComposeCluster, sample: dict[str, Any]) -> str:
    run_id = cluster.api.trigger({**sample, "epochs": 3}, "first")
    cluster.assert_succeeds(run_id)
    return run_id


def test_the_dag_succeeds_on_two_executors(cluster: ComposeCluster, run: str) -> None:
    metrics = cluster.metrics(run)
    assert metrics["plan"]["optimizer"] == "DistriOptimizer"
    assert metrics["plan"]["master"].startswith("spark://")
    assert metrics["plan"]["cores"] == 2
    assert len(metrics["epochs"]) == 3
    (app,) = (a for a in cluster.spark()["completedapps"] if a["name"] == f"graft {run}")
    assert app["cores"] == 2
    assert app["state"] == "FINISHED"
    tasks = cluster.api.task_instances(run)
    assert {task["state"] for task in tasks.values()} == {"success"}
    assert set(tasks) == set(TASK_IDS)


def test_the_two_dumps_run_at_the_same_time(cluster: ComposeCluster, run: str) -> None:
    tasks = cluster.api.task_instances(run)
    dumps = [tasks["dump_train"], tasks["dump_validation"]]
    assert max(d["start_date"] for d in dumps) < min(d["end_date"] for d in dumps)


def test_nothing_is_left_running(cluster: ComposeCluster, run: str) -> None:
    assert cluster.is_quiet()
