"""Snapshots that BigDL's local optimiser really wrote, and what is made of them."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tasks.datasets.pair import Pair
from tasks.errors import GraftError
from tasks.features.store import Features
from tasks.models.bigdl_head import new_model
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.runs.training_record import Plan
from tasks.spark.bigdl import optimizer_logged_to, quiet
from tasks.spark.cluster import Cluster
from tasks.training import snapshots
from tasks.training.methods import descent_of
from tasks.training.optimizer_log import OPTIMIZER_LOG
from tasks.training.optimizers import local_optimizer
from tasks.training.snapshots import (
    best_weights,
    prune,
    restore,
    save_snapshots,
    start_after,
)

RECORDS, BATCH, SIZE, EPOCHS = 8, 4, 5, 3
STEPS = RECORDS // BATCH


def optimizer_of(cluster: Cluster, model: Any) -> Any:
    """Return an optimiser that is not started yet."""
    rng = np.random.default_rng(12)
    feature = rng.normal(size=(RECORDS, SIZE)).astype(np.float32)
    digest = np.full(RECORDS, "0" * 64, np.bytes_)
    features = Features(feature, np.arange(RECORDS, dtype=np.int32) % 2, digest)
    plan = Plan(
        optimizer="LocalOptimizer",
        batch_size=BATCH,
        cores=cluster.cores,
        steps_per_epoch=STEPS,
        master=cluster.master,
    )
    config = parse(JobConfig, {"train_dump": "t", "validation_dump": "v", "epochs": EPOCHS})
    return local_optimizer(Pair(features, features), model, config, plan, descent_of(config, plan))[
        0
    ]


def model_of(cluster: Cluster) -> Any:
    return new_model(cluster.context, class_count=2, feature_size=SIZE, seed=1)


@pytest.fixture(scope="module")
def trained(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[npt.NDArray[np.float32]]]:
    """A folder with a snapshot of every epoch, and the weights after the last."""
    folder = tmp_path_factory.mktemp("snapshots")
    spark = cluster.context
    with pytest.MonkeyPatch.context() as patch, quiet():
        patch.setattr(snapshots, "SECONDS_BETWEEN", 0.0)
        with optimizer_logged_to(spark, folder / OPTIMIZER_LOG):
            optimizer = optimizer_of(cluster, model_of(cluster))
            save_snapshots(spark, optimizer, folder=folder, first_epoch=1, last_epoch=EPOCHS)
            weights = optimizer.optimize().get_weights()
    return folder, weights


@pytest.fixture
def folder(trained: tuple[Path, list[npt.NDArray[np.float32]]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained[0], tmp_path / "snapshots"))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_every_epoch_left_a_snapshot(folder: Path) -> None:
    numbers = [STEPS * epoch + 1 for epoch in (1, 2, 3)]
    found = {f"{kind}.{number}" for kind in ("model", "state") for number in numbers}
    assert names(folder) == {OPTIMIZER_LOG, *found}


def test_the_newest_is_restored_and_the_others_go(
    cluster: Cluster, folder: Path, trained: tuple[Path, list[npt.NDArray[np.float32]]]
) -> None:
    snapshot = restore(cluster.context, folder)
    assert snapshot is not None
    assert (snapshot.epoch, snapshot.iteration) == (EPOCHS, EPOCHS * STEPS + 1)
    np.testing.assert_array_equal(snapshot.weight, trained[1][0])
    np.testing.assert_array_equal(snapshot.bias, trained[1][1])
    assert names(folder) == {OPTIMIZER_LOG, "model.7", "state.7"}
    assert (folder / OPTIMIZER_LOG).read_text().endswith("Training resumed after epoch 3\n")


def test_an_epoch_that_the_log_does_not_have_is_not_resumed_from(
    cluster: Cluster, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = folder / OPTIMIZER_LOG
    log.write_text(log.read_text().partition("[Epoch 3 ")[0])
    snapshot = restore(cluster.context, folder)
    assert snapshot is not None
    assert snapshot.epoch == 2
    assert "model.7 cannot be resumed from: going back to the one before" in caplog.text
    assert names(folder) == {OPTIMIZER_LOG, "model.5", "state.5"}


def test_weights_that_are_no_numbers_are_not_resumed_from(cluster: Cluster, folder: Path) -> None:
    with quiet():
        model = model_of(cluster)
        model.set_weights([np.full((2, SIZE), np.nan, np.float32), np.zeros(2, np.float32)])
        model.value.save(str(folder / "model.7"), True)
    snapshot = restore(cluster.context, folder)
    assert snapshot is not None
    assert snapshot.epoch == 2


def test_without_a_snapshot_that_is_whole_training_starts_anew(
    cluster: Cluster, folder: Path
) -> None:
    for path in folder.glob("model.*"):
        path.write_bytes(b"half")
    assert restore(cluster.context, folder) is None
    assert not folder.exists()


def test_nothing_to_restore(cluster: Cluster, tmp_path: Path) -> None:
    assert restore(cluster.context, tmp_path / "none") is None


def test_an_optimizer_counts_on_from_a_snapshot(cluster: Cluster, folder: Path) -> None:
    log = folder / OPTIMIZER_LOG
    log.write_text(log.read_text().partition("[Epoch 3 ")[0])
    spark = cluster.context
    snapshot = restore(spark, folder)
    assert snapshot is not None
    with quiet():
        optimizer = optimizer_of(cluster, model_of(cluster))
        start_after(spark, optimizer, snapshot)
        with optimizer_logged_to(spark, log):
            optimizer.optimize()
    trained = log.read_text().partition("Training resumed after epoch 2\n")[2]
    assert "[Epoch 3 4/8][Iteration 5]" in trained
    assert "[Epoch 3 8/8][Iteration 6]" in trained
    assert "[Epoch 1 " not in trained
    assert "[Epoch 4 " not in trained


class TestPrune:
    def write(self, folder: Path, numbers: range) -> None:
        """Write files with the names that BigDL gives to snapshots and their checksums."""
        folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            for name in (f"model.{number}", f"optimMethod-head.{number}"):
                (folder / name).touch()
                (folder / f".{name}.crc").touch()

    def test_keeps_the_newest_by_number_with_all_their_files(self, tmp_path: Path) -> None:
        self.write(tmp_path, range(6, 31, 5))
        (tmp_path / OPTIMIZER_LOG).touch()
        prune(tmp_path)
        found = {path.name for path in tmp_path.iterdir()}
        expected = {
            name
            for number in (16, 21, 26)
            for kind in ("model", "optimMethod-head")
            for name in (f"{kind}.{number}", f".{kind}.{number}.crc")
        }
        assert found == {OPTIMIZER_LOG, *expected}

    def test_knows_the_folders_that_the_distributed_optimizer_makes(self, tmp_path: Path) -> None:
        self.write(tmp_path / "20260102_030405", range(6, 22, 5))
        self.write(tmp_path / "20260102_040506", range(26, 27))
        prune(tmp_path)
        assert sorted(path.name for path in tmp_path.rglob("model.*")) == [
            "model.16",
            "model.21",
            "model.26",
        ]

    def test_keeps_the_best_epochs(self, tmp_path: Path) -> None:
        self.write(tmp_path, range(6, 31, 5))
        (tmp_path / OPTIMIZER_LOG).write_text(
            "".join(
                f"[Epoch {epoch}][Iteration {5 * epoch}] Set aside: loss is {loss}, \n"
                for epoch, loss in enumerate((0.6, 0.2, 0.3, 0.4), 1)
            )
        )
        prune(tmp_path)
        assert sorted(int(path.suffix[1:]) for path in tmp_path.glob("model.*")) == [11, 16, 21, 26]

    def test_nothing_there(self, tmp_path: Path) -> None:
        prune(tmp_path / "none")


@pytest.mark.parametrize("spoil", ["damaged", "gone"])
def test_the_best_epochs_snapshot_that_cannot_be_read(
    cluster: Cluster, folder: Path, spoil: str
) -> None:
    with (folder / OPTIMIZER_LOG).open("a") as log:
        log.write("[Epoch 2][Iteration 4] Set aside: loss is 0.5, 3 of 5 records are right\n")
    assert best_weights(cluster.context, folder).epoch == 2
    if spoil == "damaged":
        (folder / "model.5").write_bytes(b"half")
    else:
        (folder / "model.5").unlink()
    with pytest.raises(GraftError) as caught:
        best_weights(cluster.context, folder)
    assert str(caught.value) == (
        f"the snapshot of the best epoch in {folder} is damaged: run again to train anew"
    )
    assert not folder.exists()


def test_the_best_epochs_snapshot_stays_when_a_training_is_resumed(
    cluster: Cluster, folder: Path
) -> None:
    log = folder / OPTIMIZER_LOG
    first, *rest = re.split(r"(?m)^(?=\[Epoch 2 )", log.read_text(), maxsplit=1)
    line = "[Epoch 1][Iteration 2] Set aside: loss is 0.5, 3 of 5 records are right\n"
    log.write_text("".join([first, line, *rest]))
    snapshot = restore(cluster.context, folder)
    assert snapshot is not None
    assert snapshot.epoch == EPOCHS
    assert {name for name in names(folder) if name.startswith("model.")} == {"model.3", "model.7"}
    assert best_weights(cluster.context, folder).epoch == 1
