"""Trains for real, in this process: which epoch is kept, and what the params change."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from support.features import features_of, write_parts
from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.features.store import Features
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.runs.training_record import Plan
from tasks.spark.cluster import Cluster
from tasks.training.epochs import train_epochs
from tasks.training.methods import balanced_weights
from tasks.training.optimizer_log import OPTIMIZER_LOG, read_set_aside
from tasks.training.plan import DISTRIBUTED_OPTIMIZER, LOCAL_OPTIMIZER
from tasks.training.set_aside import set_aside, trained_on
from tasks.training.trained import Trained, TrainingTask

SIZE, CLASSES, BATCH = 20, 3, 10
#: So noisy that the loss on records that are not trained on soon rises again.
RECORDS = Pair(150, 30)
RISING = {"learning_rate": 0.03, "patience": 2, "epochs": 12}

Train = Callable[..., Trained]


def config(**values: object) -> JobConfig:
    return parse(JobConfig, {"train_dump": "t", "validation_dump": "v", **values})


def draw(records: int) -> Features:
    noise = np.random.default_rng(records)
    label = np.minimum(noise.integers(0, 5, records), CLASSES - 1)
    feature = noise.normal(size=(records, SIZE)) + 0.7 * np.eye(CLASSES, SIZE)[label] + 5
    return features_of(feature.astype(np.float32), label)


@pytest.fixture(scope="module")
def features() -> Pair[Features]:
    return RECORDS.map(draw)


@pytest.fixture(scope="module")
def folders(features: Pair[Features], tmp_path_factory: pytest.TempPathFactory) -> Pair[Path]:
    return features.map(lambda split: write_parts(split, tmp_path_factory.mktemp("features")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


@pytest.fixture(params=[LOCAL_OPTIMIZER, DISTRIBUTED_OPTIMIZER])
def run(
    request: pytest.FixtureRequest,
    cluster: Cluster,
    bridge: Bridge,
    folders: Pair[Path],
    folder: Path,
) -> Train:
    """Trains with each optimiser; the same folder every time, as a job's next try does."""
    plan = Plan(
        optimizer=request.param,
        batch_size=BATCH,
        cores=cluster.cores,
        steps_per_epoch=RECORDS.train // BATCH,
        master=cluster.master,
    )

    def run(batch_size: int = BATCH, **values: object) -> Trained:
        steps = -(-RECORDS.train // batch_size)
        return train_epochs(
            TrainingTask(
                bridge,
                folders,
                class_count=CLASSES,
                feature_size=SIZE,
                config=config(**values),
                plan=replace(plan, batch_size=batch_size, steps_per_epoch=steps),
                folder=folder,
            )
        )

    return run


def losses(folder: Path) -> list[float]:
    return [measured.loss for measured in read_set_aside(folder / OPTIMIZER_LOG)]


def loss_of(
    logits: npt.NDArray[np.float32], label: npt.NDArray[np.int64], weights: npt.NDArray[np.float32]
) -> float:
    exact = logits.astype(np.float64)
    each = np.log(np.exp(exact).sum(axis=1)) - exact[np.arange(len(label)), label]
    return float((each * weights[label]).sum() / weights[label].sum())


def test_the_epoch_of_the_lowest_loss_on_the_records_set_aside_is_kept(
    run: Train,
    features: Pair[Features],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("INFO"):
        trained = run(class_weights="balanced", **RISING)
    found = losses(folder)
    assert len(found) == len(trained.epochs) < 12
    assert trained.kept == np.argmin(found) + 1 == len(found) - 2
    assert trained.kept_epoch is trained.epochs[-3]
    aside = set_aside(features.train)
    assert 5 < len(aside.label) < 30
    assert {epoch.total for epoch in trained.epochs} == {RECORDS.train - len(aside.label)}
    assert trained.held_out is not None
    logits = trained.head.logits(aside.feature)
    np.testing.assert_allclose(trained.held_out.logits, logits, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(trained.held_out.label, aside.label)
    weights = balanced_weights(np.bincount(trained_on(features.train).label))
    # The scaling is folded into the head, which rounds once more than the scaled features.
    assert loss_of(logits, trained.held_out.label, weights) == pytest.approx(min(found), rel=1e-4)
    assert f"epoch {trained.kept} of {len(found)} is kept" in caplog.text
    assert f"{len(aside.label)} training records are set aside" in caplog.text


def test_a_try_knows_what_the_one_before_measured(run: Train, folder: Path) -> None:
    """The first try's first epoch is the best; the second was not measured when it was killed."""
    run(**{**RISING, "epochs": 2})
    first, second = losses(folder)
    log = folder / OPTIMIZER_LOG
    text = log.read_text().replace(f"loss is {first}", "loss is 1.0E-4")
    log.write_text(re.split(r"(?m)^(?=\[Epoch 2\])", text)[0])
    assert losses(folder) == [1e-4]
    trained = run(**{**RISING, "patience": 3})
    assert trained.resumed_after == [2]
    # The snapshot has the weights in full.
    assert losses(folder)[1] == pytest.approx(second, rel=1e-6)
    assert trained.kept == 1
    assert len(trained.epochs) == len(losses(folder)) == 4


def test_lbfgs_takes_all_records_in_a_step(run: Train, features: Pair[Features]) -> None:
    trained = run(
        batch_size=RECORDS.train, optimizer="lbfgs", l2=0.05, epochs=12, class_weights="balanced"
    )
    assert [epoch.iteration for epoch in trained.epochs] == list(range(1, 13))
    assert trained.kept is None
    assert trained.held_out is None
    weights = balanced_weights(np.bincount(features.train.label))
    logits = trained.head.logits(features.train.feature)
    found = loss_of(logits, features.train.label.astype(np.int64), weights)
    # The log has the loss before the last step, which is a small one.
    assert found == pytest.approx(trained.epochs[-1].loss, rel=0.01)
