"""The whole cluster: Postgres, Airflow with LocalExecutor, Spark with two workers."""

import pytest

from tasks.runs.record import TASK_IDS

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def run(cluster, sample):
    run_id = cluster.trigger("first", **sample, epochs=3)
    assert cluster.end(run_id, 400) == "success", cluster.log(run_id)[-5000:]
    return run_id


def test_the_dag_succeeds_on_two_executors(cluster, run):
    metrics = cluster.metrics(run)
    assert metrics["plan"]["optimizer"] == "DistriOptimizer"
    assert metrics["plan"]["master"].startswith("spark://")
    assert metrics["plan"]["cores"] == 2
    assert len(metrics["epochs"]) == 3
    (app,) = (a for a in cluster.spark()["completedapps"] if a["name"] == f"graft {run}")
    assert app["cores"] == 2
    assert app["state"] == "FINISHED"
    assert {task["state"] for task in cluster.tasks(run).values()} == {"success"}
    assert set(cluster.tasks(run)) == set(TASK_IDS)


def test_the_two_dumps_run_at_the_same_time(cluster, run):
    tasks = cluster.tasks(run)
    dumps = [tasks["dump_train"], tasks["dump_validation"]]
    assert max(d["start_date"] for d in dumps) < min(d["end_date"] for d in dumps)


def test_nothing_is_left_running(cluster, run):
    assert cluster.is_quiet()
