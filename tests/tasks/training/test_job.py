"""The job as far as it comes without Spark; the rest is in ``tests/e2e/test_train_job.py``."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.damage import flip_byte, forget_digests
from support.plain_slim import FloatArray
from support.tiny_network import TINY, build_tiny, write_tiny_archive
from tasks.datasets.dataset import SPLITS
from tasks.datasets.pair import Pair
from tasks.dumps.dump import dump_split
from tasks.errors import DataError, GraftError, StorageError, UnsupportedGraphError
from tasks.evaluation.interval import accuracy_text
from tasks.models.export import load_head
from tasks.networks.checkpoint import fetch_checkpoint
from tasks.networks.tensorflow import import_tensorflow
from tasks.params.definitions import JobConfig
from tasks.params.parser import parse
from tasks.params.training import ORIGINAL_RECIPE
from tasks.report.page import write_report
from tasks.runs.engine_record import EngineRecord
from tasks.runs.metrics import METRICS
from tasks.runs.outcome import read_error, read_metrics, write_error
from tasks.spark.cluster import Cluster
from tasks.storage.artifact import Artifact
from tasks.storage.local_files import file_sha256
from tasks.storage.locations import RemotePath
from tasks.storage.paths import Home
from tasks.training import job
from tasks.training.model import MODEL_FILES
from tasks.training.plan import LOCAL_SOLVER

RUN = "manual__2026"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of the test's own, in a process that watches no parents."""
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    monkeypatch.setattr(job, "guard_parents", lambda: None)
    return Home(tmp_path)


@pytest.fixture
def no_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "spark_cluster", lambda _: pytest.fail("Spark was started"))


@pytest.fixture
def spark(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the job join the Spark that tests share; a process cannot start a second one."""

    @contextmanager
    def join(name: str) -> Iterator[Cluster]:
        yield cluster

    monkeypatch.setattr(job, "spark_cluster", join)


def config(dumps: dict[str, Artifact], **values: Any) -> JobConfig:
    folders = {f"{split}_dump": str(dumps[split].path) for split in SPLITS}
    common = {"epochs": 1, "batch_size": 8, "parity_records": 0, "run_id": RUN}
    return parse(JobConfig, {**folders, **common, **values})


@pytest.mark.usefixtures("no_spark")
def test_dumps_that_do_not_go_together_are_told_before_spark_starts(
    home: Home, dumps: dict[str, Artifact]
) -> None:
    swapped = {"train": dumps["validation"], "validation": dumps["train"]}
    with pytest.raises(DataError, match="is a dump of the validation split, expected train"):
        job.run(config(swapped))
    error = read_error(home, RUN)
    assert type(error) is DataError
    assert "is a dump of the validation split" in str(error)
    assert read_metrics(home, RUN) is None


@pytest.mark.usefixtures("no_spark")
def test_the_outcome_of_an_earlier_try_is_gone_before_anything_fails(
    home: Home, dumps: dict[str, Artifact], run_metrics: dict[str, Any]
) -> None:
    folder = home.run(RUN)
    folder.mkdir(parents=True)
    (folder / METRICS).write_text(json.dumps(run_metrics))
    write_error(home, RUN, StorageError("of an earlier try"))
    with pytest.raises(DataError):
        job.run(config({"train": dumps["train"], "validation": dumps["train"]}))
    assert [path.name for path in folder.iterdir()] == ["error.json"]
    assert "earlier" not in str(read_error(home, RUN))


@pytest.mark.usefixtures("no_spark")
def test_an_error_that_cannot_be_written_is_still_raised(
    home: Home, dumps: dict[str, Artifact], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise StorageError("no room left")

    monkeypatch.setattr("tasks.runs.job_error.write_error", full)
    with pytest.raises(DataError, match="expected train"):
        job.run(config({"train": dumps["validation"], "validation": dumps["train"]}))


@pytest.mark.parametrize("remote", ["home", "dump"])
def test_dumps_on_other_file_systems_wait_for_spark(
    dumps: dict[str, Artifact], home: Home, remote: str
) -> None:
    elsewhere = RemotePath("hdfs://host/graft")
    folders = Pair(Path("/t"), elsewhere if remote == "dump" else Path("/v"))
    assert job._is_remote(Home(home.root, elsewhere if remote == "home" else None), folders)
    assert not job._is_remote(home, Pair(Path("/t"), Path("/v")))


@pytest.fixture(scope="module")
def odd_dumps(
    dataset: Path,
    tiny_weights: dict[str, FloatArray],
    graft_home: Home,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Artifact]:
    """Dumps of a network of six features that BigDL does not run: its last operation is Tanh."""
    network = replace(TINY, name="odd", build=build_odd)
    archive = write_tiny_archive(tmp_path_factory.mktemp("odd"), tiny_weights)
    checkpoint = fetch_checkpoint(
        archive, file_sha256(archive), network, graft_home.checkpoints
    ).path
    return {
        split: dump_split(
            split=split,
            dataset=dataset,
            checkpoint=checkpoint,
            network=network,
            batch_size=4,
            home=graft_home,
        )
        for split in SPLITS
    }


def build_odd(images: Any) -> tuple[Any, dict[str, Any]]:
    features, layers = build_tiny(images)
    return import_tensorflow().tanh(features, name="squashed"), layers


TANH = "the bigdl engine cannot run node squashed, a Tanh in the network"


@pytest.mark.usefixtures("no_spark")
def test_a_network_that_the_engine_cannot_run_is_told_before_spark_starts(
    home: Home, odd_dumps: dict[str, Artifact]
) -> None:
    with pytest.raises(UnsupportedGraphError, match=f"^feature_engine is bigdl, but {TANH}: "):
        job.run(config(odd_dumps, feature_engine="bigdl"))
    assert type(read_error(home, RUN)) is UnsupportedGraphError


@pytest.mark.usefixtures("spark")
def test_auto_trains_on_a_network_of_other_sizes_that_only_tensorflow_runs(
    home: Home, odd_dumps: dict[str, Artifact], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        job.run(config(odd_dumps, parity_records=4))
    assert caplog.messages.count(f"feature engine: tensorflow ({TANH})") == 1
    assert f"check_parity: left out: {TANH}" in caplog.messages
    metrics = read_metrics(home, RUN)
    assert metrics is not None
    assert metrics.engine == EngineRecord(name="tensorflow", reason=TANH)
    assert metrics.config["feature_engine"] == "tensorflow"
    assert load_head(Path(metrics.model.path) / "head.npz")[0].weight.shape == (2, 6)
    assert f"The features are by the engine tensorflow ({TANH})." in (
        write_report(home, RUN).path.read_text()
    )


@pytest.mark.usefixtures("spark")
def test_auto_reuses_what_the_engine_made(home: Home, dumps: dict[str, Artifact]) -> None:
    job.run(config(dumps, feature_engine="bigdl", run_id="first"))
    job.run(config(dumps, feature_engine="auto"))
    first, second = (read_metrics(home, run) for run in ("first", RUN))
    assert first is not None
    assert second is not None
    assert second.model.reused
    assert second.model.digest == first.model.digest
    assert second.engine == EngineRecord(
        name="bigdl", reason="it runs every operation of the network"
    )


@pytest.mark.usefixtures("spark")
def test_a_run_with_defaults_trains_to_the_optimum(home: Home, dumps: dict[str, Artifact]) -> None:
    default = {"epochs": 10, "batch_size": None, "calibrate": False}
    job.run(config(dumps, **default))
    metrics = read_metrics(home, RUN)
    assert metrics is not None
    assert metrics.sweep is not None
    assert metrics.plan.optimizer == LOCAL_SOLVER
    assert metrics.plan.batch_size == metrics.records.train
    assert metrics.config["tune"] == "true"
    assert metrics.epochs[-1].top1 == metrics.top1
    assert metrics.sweep.clause() in metrics.epochs_clause()
    # The same strength, given, finds the same head without a sweep.
    taken = metrics.sweep.taken
    given = {"l2": taken.l2, "standardize": taken.standardize}
    job.run(config(dumps, run_id="given", **default, **given))
    other = read_metrics(home, "given")
    assert other is not None
    heads = [load_head(Path(each.model.path) / "head.npz")[0] for each in (metrics, other)]
    assert (heads[0].weight == heads[1].weight).all()


@pytest.mark.usefixtures("spark")
def test_a_run_leaves_metrics_and_the_next_one_reuses_the_model(
    home: Home, dumps: dict[str, Artifact], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert job.run(config(dumps)) == home.run(RUN)
    first = read_metrics(home, RUN)
    assert first is not None
    assert (first.run_id, first.model.reused) == (RUN, False)
    assert Path(first.model.path) == home.models / first.model.digest
    assert (home.models / first.model.digest / "head.npz").is_file()
    assert next(iter(first.stages)) == "spark"
    assert (
        f"top-1 accuracy {accuracy_text(first.top1, 4)} on 4 validation records after 1 epochs"
        in caplog.text
    )
    # Whoever has the model needs its snapshots no more.
    assert not list(home.snapshots.iterdir())

    job.run(config(dumps, run_id="again"))
    second = read_metrics(home, "again")
    assert second is not None
    assert (second.run_id, second.model.reused) == ("again", True)
    assert (second.model.digest, second.epochs) == (first.model.digest, first.epochs)

    job.run(config(dumps, run_id="forced", force=True))
    third = read_metrics(home, "forced")
    assert third is not None
    assert not third.model.reused
    assert third.model.digest != first.model.digest


@pytest.mark.usefixtures("spark")
def test_the_original_recipe_is_recorded_by_its_values_and_shares_its_model_with_them(
    home: Home, dumps: dict[str, Artifact]
) -> None:
    # Those of config would be refused.
    given = {name: ORIGINAL_RECIPE[name] for name in ("batch_size", "epochs")}
    job.run(config(dumps, recipe="original", **given, run_id="by name"))
    job.run(config(dumps, **ORIGINAL_RECIPE))
    by_name, by_values = (read_metrics(home, run) for run in ("by name", RUN))
    assert by_name is not None
    assert by_values is not None
    assert (by_name.config["recipe"], by_name.config["standardize"]) == ("original", False)
    assert len(by_name.epochs) == 10
    assert by_values.model.reused
    assert by_values.model.digest == by_name.model.digest


@pytest.mark.parametrize("name", MODEL_FILES)
@pytest.mark.usefixtures("spark")
def test_a_model_with_a_flipped_byte_is_made_anew(
    home: Home, dumps: dict[str, Artifact], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    job.run(config(dumps))
    (model,) = home.models.glob("[!.]*")
    flip_byte(model / name)
    job.run(config(dumps, run_id="again"))
    metrics = read_metrics(home, "again")
    assert metrics is not None
    assert not metrics.model.reused
    warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert [text for text in warnings if str(model) in text] == [
        f"{model} was changed after it was made ({name}): the file has another content, by its "
        "SHA-256; making it anew"
    ]


@pytest.mark.usefixtures("spark")
def test_an_old_model_whose_metrics_are_damaged_is_one_error_that_names_the_file(
    home: Home, dumps: dict[str, Artifact]
) -> None:
    job.run(config(dumps))
    (model,) = home.models.glob("[!.]*")
    forget_digests(model)
    path = model / METRICS
    # As long as it was: the size is all that the manifest knows.
    path.write_text(path.read_text().replace('"top1"', '"t0p1"', 1))
    with pytest.raises(GraftError, match=f"{path} is damaged or of another version"):
        job.run(config(dumps))
    assert str(path) in str(read_error(home, RUN))
