"""Trains to the optimum for real, with features in memory and in Spark."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from support.features import features_of, table_of, write_parts
from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.features.store import Features
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.runs.training_record import Plan
from tasks.spark.cluster import Cluster
from tasks.training.optimizer_log import OPTIMIZER_LOG
from tasks.training.plan import DISTRIBUTED_SOLVER, LOCAL_SOLVER
from tasks.training.train import train
from tasks.training.trained import Trained, TrainingTask

CLASSES, SIZE = 3, 10
RECORDS = Pair(90, 30)

Train = Callable[..., Trained]


@pytest.fixture(scope="module")
def features() -> Pair[Features]:
    random = np.random.default_rng(8)
    centre = random.normal(size=(CLASSES, SIZE))

    def some(records: int) -> Features:
        label = random.integers(0, CLASSES, records)
        noise = random.normal(size=(records, SIZE)) * 2
        return features_of((centre[label] + noise + 1).astype(np.float32), label)

    return RECORDS.map(some)


@pytest.fixture(scope="module")
def folders(features: Pair[Features], tmp_path_factory: pytest.TempPathFactory) -> Pair[Path]:
    """Artefacts of two files each."""
    return features.map(lambda split: write_parts(split, tmp_path_factory.mktemp("features")))


def run(
    bridge: Bridge,
    cluster: Cluster,
    folders: Pair[Path],
    folder: Path,
    solver: str,
    **values: object,
) -> Trained:
    plan = Plan(
        optimizer=solver,
        batch_size=RECORDS.train,
        cores=cluster.cores,
        steps_per_epoch=1,
        master=cluster.master,
    )
    config = parse(JobConfig, {"train_dump": "t", "validation_dump": "v", **values})
    return train(
        TrainingTask(
            bridge,
            folders,
            class_count=CLASSES,
            feature_size=SIZE,
            config=config.resolved(),
            plan=plan,
            folder=folder,
        )
    )


def test_the_head_is_at_the_optimum_and_measured_by_bigdl(
    bridge: Bridge,
    cluster: Cluster,
    features: Pair[Features],
    folders: Pair[Path],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("INFO"):
        trained = run(bridge, cluster, folders, tmp_path / "snapshots", LOCAL_SOLVER)
    sweep = trained.sweep
    assert sweep is not None
    assert {strength.standardize for strength in sweep.strengths} == {True, False}
    assert sweep.taken == min(sweep.strengths, key=lambda strength: strength.log_loss)
    assert f"l2 {sweep.taken.l2:g} on " in caplog.text
    answers = trained.head.logits(features.validation.feature).argmax(axis=1)
    right = answers == features.validation.label
    last = trained.epochs[-1]
    assert (last.correct, last.count) == (right.sum(), RECORDS.validation)
    assert f"BigDL's Top1Accuracy: the head is right on {last.correct} of 30" in caplog.text
    assert [epoch.epoch for epoch in trained.epochs] == list(range(1, len(trained.epochs) + 1))
    assert all(epoch.records % RECORDS.train == 0 for epoch in trained.epochs)
    assert last.loss < trained.epochs[0].loss < np.log(CLASSES)
    assert_optimal(trained, features.train)
    assert trained.held_out is not None
    out_of_fold = trained.held_out.logits.argmax(axis=1) == trained.held_out.label
    assert out_of_fold.mean() == sweep.taken.top1
    log = (tmp_path / "snapshots" / OPTIMIZER_LOG).read_text().splitlines()
    assert len(log) == len(sweep.strengths) + len(trained.epochs)
    assert log[-1] in caplog.text


def assert_optimal(trained: Trained, features: Features) -> None:
    """Check that the gradient of the penalised loss is 0 at the head, on the user's features."""
    assert trained.sweep is not None
    taken = trained.sweep.taken
    x = features.feature.astype(np.float64)
    scale = x.std(axis=0) if taken.standardize else 1.0
    logits = trained.head.logits(features.feature).astype(np.float64)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(x)), features.label] -= 1
    weight = trained.head.weight * scale
    gradient = p.T @ ((x - x.mean(axis=0)) / scale) / len(x) + taken.l2 * weight
    np.testing.assert_allclose(gradient, 0, atol=2e-4)
    np.testing.assert_allclose(p.mean(axis=0), 0, atol=2e-4)


def test_both_places_find_the_same_head_and_a_second_try_too(
    bridge: Bridge, cluster: Cluster, folders: Pair[Path], tmp_path: Path
) -> None:
    local, again, spark = (
        run(bridge, cluster, folders, tmp_path, solver, l2=0.05, class_weights="balanced")
        for solver in (LOCAL_SOLVER, LOCAL_SOLVER, DISTRIBUTED_SOLVER)
    )
    assert local.sweep is not None
    assert [(s.l2, s.standardize) for s in local.sweep.strengths] == [(0.05, True)]
    assert local.sweep.why == "as given"
    np.testing.assert_array_equal(local.head.weight, again.head.weight)
    # The blocks are others, and so is the order of the sums.
    np.testing.assert_allclose(local.head.weight, spark.head.weight, atol=1e-3)


def test_what_cannot_be_swept_over_gets_a_strength(
    bridge: Bridge,
    cluster: Cluster,
    features: Pair[Features],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = features.train.take(np.zeros(1, int))
    for split in ("train", "validation"):
        (tmp_path / split).mkdir()
        pq.write_table(table_of(one), tmp_path / split / "a.parquet")
    folders = Pair(tmp_path / "train", tmp_path / "validation")
    with caplog.at_level("INFO"):
        trained = run(bridge, cluster, folders, tmp_path / "snapshots", LOCAL_SOLVER)
    assert "too few different pictures to compare strengths: l2 0.1" in caplog.text
    assert (trained.sweep, trained.held_out) == (None, None)
    assert trained.epochs[-1].top1 == 1.0
    assert np.isfinite(trained.head.weight).all()
