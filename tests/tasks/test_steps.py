"""The steps before training, one after the other on the tiny data set."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import fsspec
import pytest

from support.graphs import small_graph
from support.own_models import write_graph
from tasks import steps
from tasks.datasets.dataset import read_dataset
from tasks.download.checkpoint import download_checkpoint
from tasks.dumps.description import read_dump
from tasks.errors import DataError, NetworkError, ParamsError, SetupError, UnsupportedGraphError
from tasks.model_files.network import read_network
from tasks.networks.checkpoint import prefix_of
from tasks.params.definitions import RunParams
from tasks.sample.make import DATASET_ARCHIVE, VERSION
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import file_sha256
from tasks.storage.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def params(dataset_archive: Path, checkpoint_archive: Path) -> RunParams:
    return RunParams(
        source="urls",
        dataset_url=dataset_archive.as_uri(),
        checkpoint_url=checkpoint_archive.as_uri(),
        dump_batch_size=2,
    )


def test_every_step_takes_what_the_one_before_it_made(params: RunParams, home: Home) -> None:
    archive = steps.download_dataset(params, home)
    dataset = steps.extract_dataset(archive.path, params, home)
    checkpoint = steps.fetch_checkpoint(params, home)
    dump = steps.dump("train", dataset.path, checkpoint.path, params, home)
    assert read_dataset(dataset.path).class_names == ("stripes", "spots")
    described = read_dump(dump.path)
    assert (described.split, described.batch_size, described.records) == ("train", 2, 8)
    assert described.digests["dataset"] == dataset.digest
    assert described.digests["checkpoint"] == checkpoint.digest
    assert not any(made.reused for made in (archive, dataset, checkpoint, dump))


def test_the_engine_is_chosen_and_refused_at_the_dump(
    params: RunParams, home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    # A dump that is there is judged, too.
    dumped = LocalArtifact(home.dumps / "abc", "abc", reused=True, seconds=0.0)
    dumped.path.mkdir(parents=True)
    (dumped.path / "pipeline.json").write_text(json.dumps({"preprocessing": {"size": 4}}))
    (dumped.path / "model.pb").write_bytes(small_graph("Tanh"))
    monkeypatch.setattr(steps, "dump_split", lambda **_: dumped)

    def dump(engine: str) -> None:
        given = params.model_copy(update={"feature_engine": engine})
        steps.dump("train", home.root, home.root, given, home)

    dump("auto")
    (line,) = caplog.messages
    assert line == (
        "feature engine: tensorflow (the bigdl engine cannot run node feature, a Tanh in the "
        "network)"
    )
    with pytest.raises(UnsupportedGraphError, match=r"^feature_engine is bigdl, but the bigdl eng"):
        dump("bigdl")


def test_a_second_time_everything_is_reused(params: RunParams, home: Home) -> None:
    first = steps.download_dataset(params, home)
    assert steps.download_dataset(params, home).path == first.path
    assert steps.download_dataset(params, home).reused
    extracted = steps.extract_dataset(first.path, params, home)
    assert steps.extract_dataset(first.path, params, home).path == extracted.path
    assert steps.extract_dataset(first.path, params, home).reused


def test_a_checkpoint_is_fetched_in_the_seconds_of_both_its_parts(
    params: RunParams, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*given: Any, **named: Any) -> LocalArtifact:
        return dataclasses.replace(download_checkpoint(*given, **named), seconds=100.0)

    monkeypatch.setattr(steps, "download_checkpoint", slow)
    assert steps.fetch_checkpoint(params, home).seconds > 100


@pytest.mark.parametrize("kind", ["dataset", "checkpoint"])
def test_an_archive_of_another_content_is_refused(params: RunParams, home: Home, kind: str) -> None:
    wrong = params.model_copy(update={f"{kind}_sha256": "0" * 64})
    step = {"dataset": steps.download_dataset, "checkpoint": steps.fetch_checkpoint}[kind]
    with pytest.raises(DataError, match=rf"has SHA-256 [0-9a-f]{{64}}, expected {'0' * 64}"):
        step(wrong, home)


def test_the_sample_takes_the_place_of_the_urls_and_their_digests(
    home: Home, dataset_archive: Path, checkpoint_archive: Path
) -> None:
    """A sample that is there, by its version, is used whatever it holds."""

    def make(folder: Path) -> None:
        shutil.copy(dataset_archive, folder / DATASET_ARCHIVE)
        shutil.copy(checkpoint_archive, folder / "inception_v1.tar.gz")

    build(home.samples, {"version": VERSION}, make)
    params = RunParams(
        source="sample",
        dataset_url="https://nowhere.invalid/a.tar",
        dataset_sha256="0" * 64,
        checkpoint_sha256="1" * 64,
    )
    archive = steps.download_dataset(params, home)
    assert file_sha256(archive.path / DATASET_ARCHIVE) == file_sha256(dataset_archive)
    assert steps.fetch_checkpoint(params, home).path.parent == home.checkpoints


def test_a_path_is_a_place_for_data_and_checkpoint(
    dataset_archive: Path, checkpoint_archive: Path, home: Home
) -> None:
    params = RunParams(dataset_url=str(dataset_archive), checkpoint_url=str(checkpoint_archive))
    archive = steps.download_dataset(params, home)
    assert archive.path.parent == home.downloads
    assert steps.fetch_checkpoint(params, home).path.parent == home.checkpoints


def test_a_training_folder_is_a_place_for_the_checkpoint(
    params: RunParams, home: Home, checkpoint_file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "train"
    folder.mkdir()
    for step in (1, 2):
        shutil.copy(checkpoint_file, folder / f"model.ckpt-{step}")
    (folder / "checkpoint").write_text('model_checkpoint_path: "model.ckpt-2"')
    given = params.model_copy(update={"checkpoint_url": str(folder)})
    made = steps.fetch_checkpoint(given, home)
    assert prefix_of(made.path).name == "model.ckpt-2"
    assert not (made.path / "model.ckpt-1").exists()
    with pytest.raises(DataError, match=r"^train has no moving averages, which ema: true asks for"):
        steps.fetch_checkpoint(given.model_copy(update={"ema": True}), home)


def test_a_network_that_cannot_be_had_is_told_before_its_checkpoint_is_downloaded(
    params: RunParams, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLIM_PATH", raising=False)
    given = params.model_copy(update={"network": "slim:inception_v4"})
    with pytest.raises(SetupError, match=r"^SLIM_PATH is not set, expected the folder"):
        steps.fetch_checkpoint(given, home)
    assert not home.downloads.exists()


def test_without_a_network_the_way_out_is_told(params: RunParams, home: Home) -> None:
    fsspec.filesystem("memory").pipe("/x/c.tar", b"")
    url = "memory://x/c.tar"

    def fail(*_: object, **__: object) -> None:
        raise OSError("no route to host")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(fsspec.filesystem("memory")), "info", fail)
        message = (
            r"^the checkpoint could not be downloaded: memory://x/c.tar cannot be read: no route "
            r"to host; without the Internet, give one .* -p checkpoint_url=~/c\.tar$"
        )
        with pytest.raises(NetworkError, match=message):
            steps.fetch_checkpoint(params.model_copy(update={"checkpoint_url": url}), home)


def test_a_url_that_is_none_is_refused(params: RunParams, home: Home) -> None:
    with pytest.raises(ParamsError, match="has no scheme, expected http"):
        steps.download_dataset(params.model_copy(update={"dataset_url": "a.tar"}), home)


@pytest.mark.parametrize("kind", ["dataset", "checkpoint"])
def test_a_refused_archive_is_downloaded_again(params: RunParams, home: Home, kind: str) -> None:
    """A file is then asked for without the validators that would say that it is the same."""
    good = Path(params.model_dump()[f"{kind}_url"].removeprefix("file://"))
    bad = good.with_name(f"bad-{good.name}")
    bad.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    wrong = params.model_copy(update={f"{kind}_url": bad.as_uri()})

    def step() -> None:
        if kind == "dataset":
            steps.extract_dataset(steps.download_dataset(wrong, home).path, wrong, home)
        else:
            steps.fetch_checkpoint(wrong, home)

    with pytest.raises(DataError, match="truncated"):
        step()
    (record,) = (home.downloads / "sources").glob("*.json")
    assert json.loads(record.read_text())["etag"] is None


def test_the_largest_download_is_a_param(params: RunParams, home: Home) -> None:
    limited = params.model_copy(update={"max_download_gib": 1e-6})
    for step in (steps.download_dataset, steps.fetch_checkpoint):
        with pytest.raises(DataError, match=r"bytes or more, expected at most 1,073"):
            step(limited, home)


def test_a_models_file_takes_the_place_of_a_checkpoint(
    params: RunParams, home: Home, tmp_path: Path
) -> None:
    own = {"network": "file", "preprocessing": "keras:tf", "crop": 0.5}
    path = write_graph(tmp_path / "mine.pb")
    given = params.model_copy(update={**own, "checkpoint_url": str(path)})
    dataset = steps.extract_dataset(steps.download_dataset(given, home).path, given, home)
    checkpoint = steps.fetch_checkpoint(given, home)
    assert steps.fetch_checkpoint(given, home).reused
    dump = read_dump(steps.dump("train", dataset.path, checkpoint.path, given, home).path)
    assert (dump.network, dump.feature_size, dump.image_size) == ("file:mine.pb", 5, 40)
    assert (dump.preprocessing.crop, dump.preprocessing.subtract[0]) == (0.5, 127.5)


def test_a_folder_may_be_a_model(params: RunParams, home: Home, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"x")
    own = {"network": "file", "preprocessing": "none", "checkpoint_url": str(tmp_path / "saved")}
    with pytest.raises(DataError, match=r"^saved: saved_model.pb is damaged"):
        steps.fetch_checkpoint(params.model_copy(update=own), home)


def test_the_samples_pictures_go_with_a_models_file(home: Home, tmp_path: Path) -> None:
    path = write_graph(tmp_path / "mine.pb")
    params = RunParams(
        source="sample", network="file", preprocessing="none", checkpoint_url=str(path)
    )
    build(home.samples, {"version": VERSION}, lambda folder: (folder / DATASET_ARCHIVE).touch())
    assert read_network(steps.fetch_checkpoint(params, home).path).name == "file:mine.pb"


def test_a_refused_model_is_downloaded_again(params: RunParams, home: Home, tmp_path: Path) -> None:
    (tmp_path / "mine.pb").write_bytes(b"no model")
    own = {"network": "file", "preprocessing": "none"}
    given = params.model_copy(update={**own, "checkpoint_url": str(tmp_path / "mine.pb")})
    with pytest.raises(DataError, match=r"^mine.pb is not a model: expected a frozen graph"):
        steps.fetch_checkpoint(given, home)
    (record,) = (home.downloads / "sources").glob("*.json")
    assert json.loads(record.read_text())["etag"] is None
