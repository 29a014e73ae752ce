"""``make run`` as a newcomer gives it: the bundled sample through Airflow and Spark, twice."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from support.shell import Ran, Shell
from support.waits import wait_until
from tasks.datasets.example import IMAGE_ENCODED
from tasks.datasets.tfrecord import read_records
from tasks.dumps.description import read_dump
from tasks.features.store import feature_files, read_features
from tasks.models.export import load_head
from tasks.models.predictions import read_predictions
from tasks.networks.tensorflow import import_example, import_tensorflow
from tasks.registry.champion import champion
from tasks.runs.record import TASK_IDS, read_steps

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def shell(newcomer: Shell) -> Shell:
    return newcomer


@pytest.fixture(scope="module")
def metrics(shell: Shell, first: Ran) -> dict[str, Any]:
    return shell.metrics(first.run_id)


def test_it_succeeds_and_makes_everything(shell: Shell, first: Ran) -> None:
    assert first.status == 0, first.output[-5000:]
    steps = read_steps(shell.home, first.run_id)
    assert [step.task_id for step in steps] == list(TASK_IDS)
    assert not any(step.reused for step in steps)


def test_the_summary_tells_accuracy_seconds_and_places(first: Ran, metrics: dict[str, Any]) -> None:
    assert f"top-1 accuracy {metrics['top1']:.4f}" in first.output
    assert metrics["model"]["path"] in first.output
    for task_id in TASK_IDS:
        assert f"  {task_id} " in first.output
    assert "The bundled sample is drawn" in first.output


def test_the_log_has_a_line_for_every_epoch_and_no_noise_of_spark(first: Ran) -> None:
    assert first.output.count("Top1Accuracy is Accuracy(") == 4
    assert "features: 300 of 300 images" in first.output
    for noise in ("WARN", "log4j", "creating:", "oneDNN", "MLIR", "cls.getname", "OpenLineage"):
        assert noise not in first.output


def test_accuracy_is_neither_chance_nor_perfect(metrics: dict[str, Any]) -> None:
    assert 0.35 < metrics["top1"] < 0.97


def test_metrics_say_how_they_were_made(metrics: dict[str, Any]) -> None:
    assert [epoch["epoch"] for epoch in metrics["epochs"]] == [1, 2, 3, 4]
    assert metrics["epochs"][-1]["top1"] == pytest.approx(metrics["top1"])
    assert all(epoch["records_per_second"] > 0 for epoch in metrics["epochs"])
    assert metrics["plan"]["optimizer"] == "LocalOptimizer"
    assert set(metrics["stages"]) == {"spark", "features", "parity", "training", "export"}
    assert metrics["versions"]["pyspark"].startswith("3.5.")


def test_the_arrays_predict_what_the_predictions_say(shell: Shell, metrics: dict[str, Any]) -> None:
    model = shell.home.models / metrics["model"]["digest"]
    head, class_names = load_head(model / "head.npz")
    features = read_features(
        *feature_files(shell.home.features / metrics["features"]["validation"]["digest"])
    )
    predictions = pq.read_table(model / "predictions.parquet").sort_by(
        [("shard", "ascending"), ("record", "ascending")]
    )
    assert class_names == ["daisy", "dandelion", "roses", "sunflowers", "tulips"]
    assert predictions.num_rows == 60
    np.testing.assert_array_equal(predictions["label"].to_numpy(), features.label)
    np.testing.assert_array_equal(
        predictions["prediction"].to_numpy(), head.logits(features.feature).argmax(axis=1)
    )
    assert (model / "head.bigdl").stat().st_size > 1024 * 5 * 4


def test_the_export_scores_as_the_predictions_say(
    shell: Shell, first: Ran, metrics: dict[str, Any]
) -> None:
    tf = import_tensorflow()
    (export,) = (
        Path(step.path)
        for step in read_steps(shell.home, first.run_id)
        if step.task_id == "export_model"
    )
    assert f"{export}/1 (TensorFlow SavedModel)" in first.output
    dump = read_dump(Path(metrics["dumps"]["validation"]))
    shards = sorted(str(shard.path) for shard in dump.shards)
    examples = (tf.train.Example.FromString(r.numpy()) for r in tf.data.TFRecordDataset(shards))
    files = [one.features.feature[IMAGE_ENCODED].bytes_list.value[0] for one in examples]
    predictions = read_predictions(Path(metrics["model"]["path"]))
    classify = tf.saved_model.load(str(export / "1")).signatures["serving_default"]
    answer = classify(image_bytes=tf.constant(files), key=tf.constant([""] * len(files)))
    # Those were made of the bigdl engine's features, these of TensorFlow's.
    np.testing.assert_allclose(
        answer["scores"], predictions.probability, rtol=0, atol=dump.tolerance
    )
    np.testing.assert_array_equal(answer["prediction"], predictions.prediction)


def test_a_second_run_reuses_everything(shell: Shell, first: Ran) -> None:
    second = shell.make_run({"epochs": 4})
    assert second.status == 0, second.output[-5000:]
    steps = read_steps(shell.home, second.run_id)
    assert [step.task_id for step in steps] == list(TASK_IDS)
    # A run's report is its own, and so is the decision about its model.
    *artefacts, report, promotion = steps
    assert all(step.reused for step in artefacts)
    made = read_steps(shell.home, first.run_id)
    assert [step.path for step in artefacts] == [step.path for step in made[:-2]]
    assert Path(report.path) == shell.home.report(second.run_id)
    assert Path(promotion.path) == shell.home.registry / "flowers"
    assert "not promoted: version 1, it is the champion already" in second.output


def test_its_model_is_the_champion(shell: Shell, first: Ran, metrics: dict[str, Any]) -> None:
    now = champion(shell.home)
    assert now is not None
    assert (now.number, now.run_id) == (1, first.run_id)
    assert now.model == metrics["model"]["digest"]
    assert metrics["promotion"]["promoted"]
    assert "promoted: version 1, it is the first champion, top-1 accuracy 0." in first.output


@pytest.fixture(scope="module")
def picture_files(
    shell: Shell, metrics: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The pictures of all records as files, named after shard and record."""
    folder = tmp_path_factory.mktemp("pictures")
    parse = import_example().FromString
    digest = metrics["digests"]["validation"]["dataset"]
    for shard in sorted((shell.home.datasets / digest).rglob("*.tfrecord")):
        for number, record in enumerate(read_records(shard)):
            (jpeg,) = parse(record).features.feature["image/encoded"].bytes_list.value
            (folder / f"{shard.name}#{number}.jpg").write_bytes(jpeg)
    return folder


def test_a_killed_scoring_goes_on_and_the_scores_are_those_of_the_predictions(
    shell: Shell, metrics: dict[str, Any], picture_files: Path, tmp_path: Path
) -> None:
    """``graft score``, killed; then the DAG ``score_pictures`` through Airflow and Spark."""
    out = tmp_path / "scores"
    command = ["graft", "score", str(picture_files), str(out), "--master", "local[1]"]
    with subprocess.Popen(command, cwd=tmp_path, env=shell.env, start_new_session=True) as job:
        wait_until(
            lambda: list(out.glob("part-*")), 120, "the first part of the scores", every=0.05
        )
        os.killpg(job.pid, signal.SIGKILL)
    assert not (out / "_score.json").exists()
    shell.home.airflow.mkdir(parents=True, exist_ok=True)
    assert shell("airflow", "db", "migrate").status == 0
    conf = json.dumps({"pictures_url": str(picture_files), "scores_url": str(out)})
    ran = shell("airflow", "dags", "test", "score_pictures", "-c", conf)
    assert ran.status == 0, ran.output[-5000:]
    record = json.loads((out / "_score.json").read_text())
    assert f"{record['earlier_rows']:,} by an earlier call" in ran.output
    assert 0 < record["earlier_rows"] < record["rows"] == 300
    assert (record["model"], record["version"]) == (metrics["model"]["digest"], 1)
    scores = ds.dataset(str(out), format="parquet").to_table().to_pylist()
    found = {row["name"]: row for row in scores}
    assert len(found) == len(scores) == 300
    predictions = shell.home.models / record["model"] / "predictions.parquet"
    for row in pq.read_table(predictions).to_pylist():
        ours = found[f"{row['shard']}#{row['record']}.jpg"]
        # The same engine on batches of other pictures.
        np.testing.assert_allclose(ours["scores"], row["probability"], rtol=0, atol=1e-5)
        assert ours["class"] == row["prediction_name"]
