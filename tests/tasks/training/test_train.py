"""Trains for real, in this process, on features that a line tells apart."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from support.features import features_of, write_parts
from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.runs.training_record import Plan
from tasks.spark.cluster import Cluster
from tasks.training import snapshots
from tasks.training.optimizer_log import OPTIMIZER_LOG
from tasks.training.plan import DISTRIBUTED_OPTIMIZER, LOCAL_OPTIMIZER
from tasks.training.train import train
from tasks.training.trained import Trained, TrainingTask

RECORDS = Pair(40, 20)
#: Floats per feature: not those of Inception v1.
SIZE = 640
#: Records of a step, and steps of an epoch.
BATCH, STEPS = 8, 5

Train = Callable[..., Trained]


def config(**values: object) -> JobConfig:
    return parse(JobConfig, {"train_dump": "t", "validation_dump": "v", **values})


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Pair[Path]:
    """Two classes, noise but for their sums, as artefacts of two files each."""
    noise = np.random.default_rng(5)

    def write(records: int) -> Path:
        label = np.arange(records, dtype=np.int32) % 2
        feature = noise.normal(size=(records, SIZE)).astype(np.float32) + 0.3 * label[:, None]
        return write_parts(features_of(feature, label), tmp_path_factory.mktemp("features"))

    return RECORDS.map(write)


@pytest.fixture
def every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "SECONDS_BETWEEN", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


@pytest.fixture(params=[LOCAL_OPTIMIZER, DISTRIBUTED_OPTIMIZER])
def run(
    request: pytest.FixtureRequest,
    cluster: Cluster,
    bridge: Bridge,
    features: Pair[Path],
    folder: Path,
) -> Train:
    """Trains with each optimiser; the same folder every time, as a job's next try does."""
    plan = Plan(
        optimizer=request.param,
        batch_size=BATCH,
        cores=cluster.cores,
        steps_per_epoch=STEPS,
        master=cluster.master,
    )

    def run(epochs: int, **values: object) -> Trained:
        given = config(epochs=epochs, **values)
        return train(
            TrainingTask(
                bridge,
                features,
                class_count=2,
                feature_size=SIZE,
                config=given,
                plan=plan,
                folder=folder,
            )
        )

    return run


def models(folder: Path) -> list[Path]:
    return sorted(folder.rglob("model.*"), key=lambda path: int(path.suffix[1:]))


def numbers(trained: Trained) -> list[int]:
    return [epoch.epoch for epoch in trained.epochs]


def test_an_undisturbed_training_learns(
    run: Train, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SECONDS_BETWEEN", 3600.0)
    trained = run(4)
    assert numbers(trained) == [1, 2, 3, 4]
    assert trained.resumed_after == []
    assert trained.epochs[-1].loss < trained.epochs[0].loss
    assert trained.epochs[-1].top1 >= 0.8
    assert trained.head.weight.shape == (2, SIZE)
    # The end of the last epoch never waits.
    assert [path.name for path in models(folder)] == [f"model.{4 * STEPS + 1}"]


@pytest.mark.usefixtures("every_epoch")
def test_a_training_goes_on_where_it_left_off(run: Train, caplog: pytest.LogCaptureFixture) -> None:
    first = run(2)
    caplog.clear()
    with caplog.at_level("INFO"):
        second = run(4)
    assert "training resumed after epoch 2 of 4" in caplog.text
    assert numbers(second) == [1, 2, 3, 4]
    assert second.resumed_after == [2]
    assert second.epochs[:2] == first.epochs
    assert [epoch.iteration for epoch in second.epochs] == [5, 10, 15, 20]
    seconds = [epoch.wall_clock_seconds for epoch in second.epochs]
    assert seconds == sorted(seconds)
    assert second.epochs[2].loss < first.epochs[0].loss
    assert "[Epoch 1 " not in caplog.text
    assert "[Epoch 3 " in caplog.text
    assert run(5).resumed_after == [2, 4]


@pytest.mark.usefixtures("every_epoch")
def test_a_training_that_was_at_its_end_trains_no_more(run: Train) -> None:
    first = run(2)
    second = run(2)
    assert second.epochs == first.epochs
    assert second.resumed_after == [2]
    np.testing.assert_allclose(second.head.weight, first.head.weight, rtol=1e-6)


@pytest.mark.usefixtures("every_epoch")
@pytest.mark.parametrize("what", ["model", "state"])
def test_a_snapshot_that_is_not_whole_is_passed_over(
    run: Train, folder: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    run(3)
    newest = models(folder)[-1]
    if what == "state":
        newest = next(p for p in newest.parent.glob(f"[os]*.{3 * STEPS + 1}"))
    newest.write_bytes(newest.read_bytes()[:100])
    trained = run(3)
    assert "cannot be resumed from: going back to the one before" in caplog.text
    assert trained.resumed_after == [2]
    assert numbers(trained) == [1, 2, 3]


@pytest.mark.usefixtures("every_epoch")
def test_a_model_without_its_state_is_passed_over(run: Train, folder: Path) -> None:
    run(3)
    next(folder.rglob(f"[os]*.{3 * STEPS + 1}")).unlink()
    assert run(3).resumed_after == [2]


@pytest.mark.usefixtures("every_epoch")
def test_only_the_newest_snapshots_are_kept(run: Train, folder: Path) -> None:
    run(6)
    assert len(models(folder)) >= 3
    snapshots.prune(folder)
    assert [path.suffix for path in models(folder)] == [".21", ".26", ".31"]
    # Model, state and the checksum of each, and the log.
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 3 * 4 + 1
    assert run(7).resumed_after == [6]


@pytest.mark.usefixtures("every_epoch")
def test_epochs_without_a_finite_loss_are_not_gone_on_from(run: Train, folder: Path) -> None:
    run(3)
    log = folder / OPTIMIZER_LOG
    good, epoch_2 = re.split(r"(?=\[Epoch 2 )", log.read_text(), maxsplit=1)
    log.write_text(good + re.sub(r"oss is \d+\.\d+(E-?\d+)?", "oss is NaN", epoch_2))
    trained = run(3)
    assert trained.resumed_after == [1]
    assert numbers(trained) == [1, 2, 3]
    assert all(np.isfinite(epoch.loss) for epoch in trained.epochs)
