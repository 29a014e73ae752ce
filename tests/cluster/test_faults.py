"""What can break on a cluster, broken: the run ends right, or the next one does."""

import itertools
import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.airflow_api import UNREACHABLE
from support.compose_cluster import ComposeCluster
from support.waits import wait_until

pytestmark = pytest.mark.e2e

#: Epochs that take long enough to be interrupted, and not much longer.
EPOCHS = 12
FIRST_EPOCH = "[Epoch 1 "

_seeds = itertools.count(100)

#: Starts a run and returns its id.
Trigger = Callable[..., str]


@pytest.fixture
def trigger(cluster: ComposeCluster, sample: dict[str, Any]) -> Trigger:
    """Starts a run that nothing trained before can serve."""

    def start(run_id: str, **conf: Any) -> str:
        seed = next(_seeds)
        given = {"epochs": EPOCHS, "seed": seed, "parity_records": 0}
        return cluster.api.trigger({**sample, **given, **conf}, run_id)

    return start


@pytest.fixture(autouse=True)
def everything_is_up(cluster: ComposeCluster) -> Iterator[None]:
    """Every test starts from a quiet cluster, and leaves one."""
    yield
    wait_until(cluster.is_quiet, 60, "the end of every job", ignoring=UNREACHABLE)
    assert_no_leftovers(cluster)


def forget_features(cluster: ComposeCluster) -> None:
    shutil.rmtree(cluster.home.features, ignore_errors=True)


def assert_no_leftovers(cluster: ComposeCluster) -> None:
    """No artefact is half-written: what says that it is whole holds all that it says."""
    home = cluster.home
    for manifest in home.root.glob("*/*/artifact.json"):
        for name, size in json.loads(manifest.read_text())["files"].items():
            assert (manifest.parent / name).stat().st_size == size, manifest.parent / name
    # Features are made in place, the rest is renamed into it.
    for kind in (home.models, home.dumps, home.weights, home.datasets):
        for folder in kind.glob("[!.]*"):
            assert (folder / "artifact.json").is_file(), folder


def assert_trained(cluster: ComposeCluster, run_id: str, epochs: int = EPOCHS) -> None:
    metrics = cluster.metrics(run_id)
    assert [epoch["epoch"] for epoch in metrics["epochs"]] == list(range(1, epochs + 1))
    # Chance is 0.2.
    assert metrics["top1"] > 0.35


def assert_ends_right(cluster: ComposeCluster, run_id: str) -> None:
    """What an executor took with it is missed at once, or it held no part of the model."""
    cluster.assert_succeeds(run_id)
    assert_trained(cluster, run_id)
    tries = cluster.api.task_instances(run_id)["train_classifier"]["try_number"]
    told = cluster.log(run_id).count("error: Spark lost executor")
    assert told == tries - 1
    assert len(cluster.metrics(run_id)["resumed_after_epochs"]) <= tries - 1


def features_are_under_way(cluster: ComposeCluster) -> bool:
    return any(cluster.home.features.rglob("*.parquet"))


def test_a_worker_killed_while_features_are_extracted(
    cluster: ComposeCluster, trigger: Trigger
) -> None:
    forget_features(cluster)
    run = trigger("worker-features", epochs=2)
    wait_until(lambda: features_are_under_way(cluster), 180, "the first features")
    cluster.roles.kill("spark-worker-1")
    # What Docker would do.
    cluster.start_worker("-1")
    cluster.assert_succeeds(run)
    assert_trained(cluster, run, 2)
    assert cluster.metrics(run)["records"] == {"train": 240, "validation": 60}


def test_a_worker_killed_while_training(cluster: ComposeCluster, trigger: Trigger) -> None:
    run = trigger("worker-training")
    cluster.wait_for_log(run, FIRST_EPOCH)
    cluster.roles.kill("spark-worker-2")
    cluster.start_worker("-2")
    assert_ends_right(cluster, run)


def test_an_executor_killed_while_training(cluster: ComposeCluster, trigger: Trigger) -> None:
    run = trigger("executor")
    cluster.wait_for_log(run, FIRST_EPOCH)
    cluster.executors()[0].kill()
    assert_ends_right(cluster, run)


def snapshots(cluster: ComposeCluster) -> set[Path]:
    return set(cluster.home.snapshots.rglob("optimMethod-*"))


def test_a_killed_driver_is_tried_again_and_goes_on(
    cluster: ComposeCluster, trigger: Trigger
) -> None:
    epochs = 2 * EPOCHS
    before = snapshots(cluster)
    run = trigger("driver", epochs=epochs)
    # The first is whole once the second is begun.
    wait_until(lambda: len(snapshots(cluster) - before) > 1, 300, "two snapshots")
    for process in cluster.drivers():
        process.send_signal(signal.SIGKILL)
    cluster.assert_succeeds(run)
    log = cluster.log(run)
    assert "the Spark driver was killed" in log
    assert "training resumed after epoch" in log
    assert_trained(cluster, run, epochs)
    assert cluster.metrics(run)["resumed_after_epochs"][0] >= 1
    assert cluster.api.task_instances(run)["train_classifier"]["try_number"] == 2


def test_a_scheduler_killed_and_restarted(cluster: ComposeCluster, trigger: Trigger) -> None:
    run = trigger("scheduler")
    cluster.wait_for_log(run, FIRST_EPOCH)
    # LocalExecutor's tasks live in the scheduler's container and end with it.
    cluster.roles.kill("airflow-scheduler")
    wait_until(lambda: not cluster.drivers(), 10, "the end of the drivers")
    cluster.start_scheduler()
    cluster.wait_until_healthy()
    cluster.assert_succeeds(run)
    assert_trained(cluster, run)


def test_postgres_restarted(cluster: ComposeCluster, trigger: Trigger) -> None:
    run = trigger("postgres")
    cluster.wait_for_log(run, FIRST_EPOCH)
    postgres = cluster.roles.postgres()
    postgres.stop("immediate")
    postgres.start()
    cluster.wait_until_healthy()
    cluster.assert_succeeds(run)
    assert_trained(cluster, run)


def test_two_runs_at_once_on_the_same_artefacts(
    cluster: ComposeCluster, sample: dict[str, Any], trigger: Trigger
) -> None:
    forget_features(cluster)
    same = {"epochs": 3, "seed": next(_seeds), "executors": 1}
    runs = [trigger(f"twin-{i}", **same) for i in (1, 2)]
    assert [cluster.api.end(run) for run in runs] == ["success", "success"]
    # They did run at once.
    trained = [cluster.api.task_instances(run)["train_classifier"] for run in runs]
    assert max(t["start_date"] for t in trained) < min(t["end_date"] for t in trained)
    models = [cluster.metrics(run)["model"] for run in runs]
    assert models[0]["path"] == models[1]["path"]
    # One made it, the other waited for it or found it.
    assert sorted(model["reused"] for model in models) == [False, True]


def test_a_run_marked_failed_leaves_nothing_running(
    cluster: ComposeCluster, trigger: Trigger
) -> None:
    run = trigger("marked-failed", epochs=1000)
    cluster.wait_for_log(run, FIRST_EPOCH)
    assert cluster.drivers()
    assert cluster.executors()
    cluster.api.mark_failed(run)
    wait_until(
        cluster.is_quiet, 10, "the end of driver, executors, application", ignoring=UNREACHABLE
    )
    assert cluster.api.state(run) == "failed"


def test_a_cluster_that_is_too_small_says_so(cluster: ComposeCluster, trigger: Trigger) -> None:
    run = trigger("too-large", executor_memory="64g", epochs=1)
    cluster.wait_for_log(run, "started 0 of 2 executors within 30 s", 300)
    cluster.api.mark_failed(run)
