"""Trains for real on fewer records than a batch, than the cores, and on one of each split."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from support import python_programs
from support.features import features_of, table_of
from support.spark import spark_environ
from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.spark.cluster import Cluster
from tasks.storage.paths import Home
from tasks.training import snapshots
from tasks.training.plan import DISTRIBUTED_OPTIMIZER, LOCAL_OPTIMIZER, plan_training
from tasks.training.train import train
from tasks.training.trained import Trained, TrainingTask

SIZE = 4

Run = Callable[..., Trained]


def write_features(folder: Path, records: int) -> Path:
    """Write an artefact of features with a file for each record."""
    folder.mkdir()
    noise = np.random.default_rng(records)
    for record in range(records):
        feature = noise.normal(size=(1, SIZE)).astype(np.float32)
        table = table_of(features_of(feature, np.array([record % 2])))
        pq.write_table(table, folder / f"{record:03}.parquet")
    return folder


@pytest.fixture
def run(cluster: Cluster, bridge: Bridge, tmp_path: Path) -> Run:
    """Plans and trains two epochs; the same folder of snapshots every time."""

    def run(
        optimizer: str, *, records: int, batch: int, cores: int = 2, epochs: int = 2
    ) -> Trained:
        counts = Pair(records, 1)
        given = {"train_dump": "t", "validation_dump": "v", "batch_size": batch, "epochs": epochs}
        config = parse(JobConfig, given)
        dumps: Pair[Any] = counts.map(
            lambda count: SimpleNamespace(records=count, feature_size=SIZE)
        )
        plan = plan_training(config, dumps, replace(cluster, cores=cores))
        features = Pair(tmp_path / "train", tmp_path / "validation")
        if not features.train.exists():
            for folder, count in zip(features, counts, strict=True):
                write_features(folder, count)
        return train(
            TrainingTask(
                bridge,
                features,
                class_count=2,
                feature_size=SIZE,
                config=config,
                plan=replace(plan, optimizer=optimizer),
                folder=tmp_path / "snapshots",
            )
        )

    return run


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("batch", [1, 2, 16, 8192])
@pytest.mark.parametrize("records", [1, 2, 3, 5, 12])
def test_the_local_optimiser_trains(run: Run, records: int, batch: int, cores: int) -> None:
    trained = run(LOCAL_OPTIMIZER, records=records, batch=batch, cores=cores)
    assert_trained(trained, records=records, batch=batch, cores=cores)


# A training takes two seconds: the largest batch of everything, and the smallest of the fewest.
@pytest.mark.parametrize(("records", "batch"), [(1, 1), (1, 16), (2, 16), (3, 8192), (5, 16)])
def test_the_distributed_optimiser_trains(run: Run, records: int, batch: int) -> None:
    trained = run(DISTRIBUTED_OPTIMIZER, records=records, batch=batch)
    assert_trained(trained, records=records, batch=batch, cores=2)


def assert_trained(trained: Trained, *, records: int, batch: int, cores: int) -> None:
    assert [epoch.epoch for epoch in trained.epochs] == [1, 2]
    assert [epoch.count for epoch in trained.epochs] == [1, 1]
    assert {epoch.total for epoch in trained.epochs} == {max(records, cores)}
    # Whole batches, the last of which starts within the records.
    (trained_on,) = {epoch.records for epoch in trained.epochs}
    assert records <= trained_on < 2 * max(records, cores)
    assert trained_on % cores == 0
    assert all(np.isfinite(epoch.loss) for epoch in trained.epochs)
    assert np.isfinite(trained.head.weight).all()


@pytest.mark.parametrize("optimizer", [LOCAL_OPTIMIZER, DISTRIBUTED_OPTIMIZER])
def test_a_training_of_one_record_goes_on_where_it_left_off(
    run: Run, optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SECONDS_BETWEEN", 0.0)
    run(optimizer, records=1, batch=16, epochs=2)
    again = run(optimizer, records=1, batch=16, epochs=4)
    assert again.resumed_after == [2]
    assert [epoch.iteration for epoch in again.epochs] == [1, 2, 3, 4]


def test_executors_without_records_of_their_own_train_too(
    standalone_master: str, short_lived_jvms: dict[str, str], tmp_path: Path
) -> None:
    """One validation record on two executors: one of them has none."""
    conf = {
        **short_lived_jvms,
        "spark.driver.host": "127.0.0.1",
        "spark.executor.memory": "600m",
        "spark.executor.instances": "2",
        "spark.executor.cores": "1",
        "spark.cores.max": "2",
    }
    environ = spark_environ(Home(tmp_path / "home"), standalone_master, conf)
    counts = (1, 2, 3, 5, 12, 17)
    training = [write_features(tmp_path / f"train of {count}", count) for count in counts]
    validation = write_features(tmp_path / "validation", 1)
    ran = python_programs.run(
        *map(str, ("train_small_data", tmp_path / "snapshots", validation, *training)),
        timeout=240,
        **{**environ, "SPARK_LOCAL_IP": "127.0.0.1"},
    )
    assert ran.stdout.splitlines() == [
        "1: DistriOptimizer 2: 2/2, 1; 2/2, 1",
        "2: DistriOptimizer 2: 2/2, 1; 2/2, 1",
        "3: DistriOptimizer 2: 4/3, 1; 4/3, 1",
        "5: DistriOptimizer 4: 8/5, 1; 8/5, 1",
        "12: DistriOptimizer 12: 12/12, 1; 12/12, 1",
        "17: DistriOptimizer 16: 32/17, 1; 32/17, 1",
    ], ran.stderr
