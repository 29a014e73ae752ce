"""Makes a model of the tiny data set, for real."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tasks.datasets.dataset import SPLITS, Split
from tasks.datasets.exclude_list import ExcludeList
from tasks.datasets.pair import Pair
from tasks.dumps.description import Dump, read_dump
from tasks.evaluation.held_out import HeldOut
from tasks.evaluation.tally import evaluate
from tasks.evaluation.temperature import fit_temperature
from tasks.features.store import feature_files, read_features, read_tables
from tasks.models.export import load_head
from tasks.models.predictions import TEST_PARQUET, read_predictions
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.runs.metrics import Metrics
from tasks.spark.cluster import Cluster
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home
from tasks.training.model import ModelMaker, model_files
from tasks.training.plan import plan_training
from tasks.training.stages import Stages
from tasks.training.trained import Trained


@pytest.fixture(scope="module")
def maker(cluster: Cluster, dumps: dict[str, Artifact], graft_home: Home) -> ModelMaker:
    pair: Pair[Dump] = Pair(*(read_dump(dumps[split].path) for split in SPLITS))
    folders = {f"{split}_dump": str(dumps[split].path) for split in SPLITS}
    config = parse(
        JobConfig,
        {**folders, "epochs": 2, "batch_size": 8, "parity_records": 4, "feature_engine": "bigdl"},
    )
    plan = plan_training(config, pair, cluster)
    return ModelMaker(config, graft_home, pair, cluster, plan, Stages())


@pytest.fixture(scope="module")
def made(maker: ModelMaker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model."""
    folder = tmp_path_factory.mktemp("model")
    maker.make(tmp_path_factory.mktemp("job") / "snapshots", folder)
    return folder


def test_a_model_has_all_its_files(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == {
        ".head.bigdl.crc",
        "head.bigdl",
        "head.npz",
        "metrics.json",
        "optimizer.log",
        "predictions.parquet",
    }
    assert "[Epoch 2 " in (made / "optimizer.log").read_text()


def test_metrics_are_those_of_this_training(made: Path, maker: ModelMaker) -> None:
    metrics = Metrics.read(made)
    assert metrics.plan == maker.plan
    assert metrics.records == Pair(8, 4)
    assert metrics.class_names == ("stripes", "spots")
    assert metrics.network == "inception_v1"
    assert metrics.digests == maker.dumps.map(lambda dump: dump.digests)
    assert metrics.dumps == maker.dumps.map(lambda dump: str(dump.path))
    assert metrics.config == maker.config.model_dump(mode="json")
    assert list(metrics.stages) == ["features", "parity", "training", "export"]
    assert [epoch.epoch for epoch in metrics.epochs] == [1, 2]
    assert metrics.epochs[-1].count == 4
    assert metrics.resumed_after_epochs == ()
    assert metrics.parity is not None
    assert metrics.parity["records"] == 4
    assert 0 < metrics.parity["largest_relative_difference"] < metrics.parity["tolerance"]
    assert set(metrics.versions) >= {"pyspark", "bigdl-dllib-spark3"}


def test_the_file_has_the_keys_that_readers_know(made: Path) -> None:
    content = json.loads((made / "metrics.json").read_text())
    assert list(content) == [
        "top1",
        "epochs",
        "resumed_after_epochs",
        "stages",
        "records",
        "class_names",
        "network",
        "config",
        "plan",
        "dumps",
        "features",
        "parity",
        "digests",
        "versions",
        "python",
        "finished_at",
        "evaluation",
        "calibration",
    ]


def test_head_predictions_and_accuracy_belong_together(made: Path, graft_home: Home) -> None:
    metrics = Metrics.read(made)
    head, names = load_head(made / "head.npz")
    path = graft_home.features / metrics.features.validation.digest
    features = read_features(*feature_files(path))
    predictions = read_predictions(made)
    expected = head.logits(features.feature).argmax(axis=1)
    assert tuple(names) == metrics.class_names
    np.testing.assert_array_equal(predictions.label, features.label)
    np.testing.assert_array_equal(predictions.prediction, expected)
    assert metrics.top1 == np.mean(expected == features.label)
    assert metrics.evaluation is not None
    # The log loss was added up in another order.
    again = evaluate(predictions.probability, features.label)
    assert replace(metrics.evaluation, log_loss=0) == replace(again, log_loss=0)
    # Eight training records are too few to hold any out.
    assert metrics.calibration is not None
    assert metrics.calibration.temperature == 1
    assert metrics.calibration.why.startswith("not calibrated: ")
    assert pq.read_table(made / "predictions.parquet").num_rows == metrics.records.validation


def test_a_temperature_is_in_head_predictions_and_metrics(
    maker: ModelMaker, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, uncalibrated = Metrics.read(made), read_predictions(made)
    head, _ = load_head(made / "head.npz")
    logits = np.random.default_rng(5).normal(0, 4, (50, 2)).astype(np.float32)
    # Every fifth record is wrong, as sure as the others.
    label = logits.argmax(axis=1)
    label[::5] = 1 - label[::5]
    held_out = HeldOut(logits, label)
    trained = Trained(head, before.epochs, (), held_out=held_out)
    monkeypatch.setattr("tasks.training.model.train", lambda *_, **__: trained)
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots/optimizer.log").touch()
    replace(maker, stages=Stages()).make(tmp_path / "snapshots", tmp_path)
    metrics, predictions = Metrics.read(tmp_path), read_predictions(tmp_path)
    assert metrics.calibration is not None
    temperature = metrics.calibration.temperature
    assert temperature == fit_temperature(held_out) > 1.5
    folded, _ = load_head(tmp_path / "head.npz")
    np.testing.assert_allclose(folded.weight, head.weight / temperature, rtol=1e-6)
    np.testing.assert_allclose(folded.bias, head.bias / temperature, rtol=1e-6)
    # Of two classes, the logarithm of the odds is the difference of the logits, and float32.
    odds = [np.log(p.probability[:, 0] / p.probability[:, 1]) for p in (predictions, uncalibrated)]
    np.testing.assert_allclose(odds[0] * temperature, odds[1], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(predictions.prediction, uncalibrated.prediction)
    assert metrics.top1 == before.top1


def test_test_records_are_measured_once_with_the_final_head(
    maker: ModelMaker, made: Path, graft_home: Home, tmp_path: Path
) -> None:
    train, validation = maker.dumps
    # Any records will do as a test split: here those of training.
    test = Split(train.records, (), train.shards)
    digests = {**validation.digests, "test": "abc"}
    pair = Pair(train, replace(validation, test=test, digests=digests))
    tested = replace(maker, dumps=pair, stages=Stages())
    tested.make(tmp_path / "snapshots", tmp_path)
    metrics, without = Metrics.read(tmp_path), Metrics.read(made)
    assert list(metrics.stages) == ["features", "parity", "training", "export", "test"]
    head, _ = load_head(tmp_path / "head.npz")
    assert metrics.test is not None
    features = read_features(*feature_files(graft_home.features / metrics.test.features.digest))
    expected = head.logits(features.feature).argmax(axis=1)
    assert metrics.test.records == len(features.label) == 8
    assert metrics.test.top1 == np.mean(expected == features.label)
    assert metrics.test.evaluation is not None
    assert metrics.test.evaluation.top1 == metrics.test.top1
    assert metrics.test.features.digest != metrics.features.train.digest
    predictions = read_predictions(tmp_path, TEST_PARQUET)
    np.testing.assert_array_equal(predictions.prediction, expected)
    # All else is as without them.
    assert (metrics.top1, metrics.records) == (without.top1, without.records)
    assert {path.name for path in tmp_path.iterdir()} - {"snapshots"} == {
        *(path.name for path in made.iterdir()),
        TEST_PARQUET,
    }
    assert set(model_files(pair)) == {*model_files(maker.dumps), TEST_PARQUET}


@pytest.mark.parametrize("max_local_mib", [1024, 0], ids=["local", "distributed"])
def test_a_model_without_the_records_left_out(
    maker: ModelMaker, made: Path, graft_home: Home, tmp_path: Path, max_local_mib: int
) -> None:
    """Neither optimiser trains on them, and nothing is measured with them."""
    files = feature_files(graft_home.features / Metrics.read(made).features.train.digest)
    train = read_features(*files)
    validation = read_tables(
        *feature_files(graft_home.features / Metrics.read(made).features.validation.digest)
    )
    gone = [train.digest[0].decode(), train.digest[5].decode(), validation["digest"][1].as_py()]
    exclude = ExcludeList(digests=frozenset(gone), names=frozenset({"unknown.jpg"}))
    config = maker.config.model_copy(update={"max_local_mib": max_local_mib, "batch_size": None})
    plan = plan_training(config, maker.dumps, maker.cluster)
    without = replace(maker, config=config, plan=plan, exclude=exclude, stages=Stages())
    folder = tmp_path / "model"
    folder.mkdir()
    without.make(tmp_path / "snapshots", folder)
    metrics = Metrics.read(folder)
    assert metrics.plan.optimizer == ("DistriOptimizer" if max_local_mib == 0 else "LocalOptimizer")
    assert metrics.records == Pair(6, 3)
    assert metrics.plan.batch_size == 6
    assert {(epoch.total, epoch.count) for epoch in metrics.epochs} == {(6, 3)}
    assert metrics.excluded is not None
    assert metrics.excluded.records == {"train": 2, "validation": 1}
    labels = np.delete(validation["label"].to_numpy(), 1)
    assert metrics.excluded.class_counts["validation"] == tuple(np.bincount(labels, minlength=2))
    assert metrics.excluded.unknown == ("unknown.jpg",)
    assert metrics.excluded.digest == exclude.digest
    found = read_predictions(folder)
    rows = list(zip(validation["shard"].to_pylist(), validation["record"].to_pylist(), strict=True))
    assert list(zip(found.shard, found.record, strict=True)) == [rows[0], *rows[2:]]
    lines = (folder / "excluded.jsonl").read_text().splitlines()
    assert [json.loads(line)["split"] for line in lines] == ["train", "train", "validation"]
    assert sorted(json.loads(line)["digest"] for line in lines) == sorted(gone)
    assert model_files(maker.dumps, exclude)[-1] == "excluded.jsonl"
