"""Extraction: files of a killed run are kept if they are whole, and errors say what to choose."""

import importlib.util
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.damage import flip_byte, forget_digests
from support.locations import local
from tasks.dumps.description import Dump, read_dump
from tasks.errors import (
    DataError,
    EngineError,
    GraftError,
    UnavailableError,
    UnsupportedGraphError,
    UnsupportedRecordError,
)
from tasks.features import chunks
from tasks.features.bridge import Bridge
from tasks.features.engines import ENGINES
from tasks.features.extraction import _raise_first, extract_features
from tasks.features.store import feature_files, read_tables
from tasks.features.tensorflow_engine import TensorflowEngine
from tasks.storage.artifact import Artifact
from tasks.storage.manifest import MANIFEST, digest_of, read_manifest
from tasks.storage.paths import Home

Extract = Callable[[], Artifact]


@pytest.fixture
def extract(bridge: Bridge, dump: Dump, home: Home, monkeypatch: pytest.MonkeyPatch) -> Extract:
    """Extract the eight training records, a file for each."""
    monkeypatch.setattr(chunks, "_FEWEST_RECORDS", 1)
    return lambda: extract_features(bridge, [dump], "bigdl", home)[0]


def contents(path: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in path.iterdir()}


def test_only_what_is_missing_or_not_whole_is_made(
    extract: Extract, caplog: pytest.LogCaptureFixture
) -> None:
    path = local(extract().path)
    files = feature_files(path)
    expected, before = read_tables(*files), contents(path)
    assert len(files) == 8
    (path / MANIFEST).unlink()
    files[0].unlink()
    files[3].write_bytes(files[3].read_bytes()[:-100])
    files[5].write_bytes(files[6].read_bytes())  # another record's
    caplog.set_level(logging.INFO)
    again = extract()
    assert not again.reused
    assert read_tables(*feature_files(path)) == expected
    assert "features: 5 of 8 images were there already (train)" in caplog.text
    assert "features: 8 of 8 images" in caplog.text
    after = contents(path)
    assert set(after) == set(before)
    assert {f.name for f in files if after[f.name] == before[f.name]} == {
        files[i].name for i in (1, 2, 4, 6, 7)
    }


def test_what_is_no_chunks_file_does_not_stay(extract: Extract) -> None:
    path = local(extract().path)
    files = feature_files(path)
    (path / MANIFEST).unlink()
    # Of another plan, and what a killed executor was writing.
    (path / files[0].name.replace("000000000.", "000000099.")).write_bytes(files[0].read_bytes())
    (path / f".{files[0].name}.killed").write_bytes(b"PAR1")
    extract()
    assert feature_files(path) == files
    assert len(list(path.iterdir())) == len(files) + 1


def test_a_whole_one_that_loses_a_file_is_mended(
    extract: Extract, caplog: pytest.LogCaptureFixture
) -> None:
    path = local(extract().path)
    files = feature_files(path)
    files[2].unlink()
    assert not extract().reused
    assert f"was changed after it was made ({files[2].name})" in caplog.text
    assert feature_files(path) == files
    assert extract().reused


@pytest.mark.parametrize("which", ["a byte of a feature", "its first byte", "its last byte"])
def test_a_flipped_byte_costs_one_file_and_one_warning(
    extract: Extract, caplog: pytest.LogCaptureFixture, which: str
) -> None:
    path = local(extract().path)
    files = feature_files(path)
    expected, before = read_tables(*files), contents(path)
    flip_byte(files[4], {"its first byte": 0, "its last byte": -1}.get(which))
    caplog.set_level(logging.INFO)
    assert not extract().reused
    assert read_tables(*feature_files(path)) == expected
    assert "features: 7 of 8 images were there already (train)" in caplog.text
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [
        f"{path} was changed after it was made ({files[4].name}): the file has another content, "
        "by its SHA-256; making it anew"
    ]
    after = contents(path)
    assert {name for name in after if after[name] != before[name]} == {files[4].name, MANIFEST}
    assert extract().reused


def test_a_flipped_byte_in_what_a_killed_run_left_is_found(extract: Extract) -> None:
    """There is no manifest to compare with, but pages have checksums."""
    path = local(extract().path)
    files = feature_files(path)
    expected = read_tables(*files)
    (path / MANIFEST).unlink()
    content = files[4].read_bytes()
    feature = read_tables(files[4])["feature"].combine_chunks().flatten().to_numpy().tobytes()
    flip_byte(files[4], content.index(feature[:64]) + 40)
    extract()
    assert read_tables(*feature_files(path)) == expected


def test_features_of_a_version_without_digests_are_reused(
    extract: Extract, caplog: pytest.LogCaptureFixture
) -> None:
    path = local(extract().path)
    forget_digests(path)
    caplog.set_level(logging.INFO)
    assert extract().reused
    assert f"{path.parent} has artefacts of a version without digests" in caplog.text


def test_other_users_may_read_features_whatever_the_umask(extract: Extract) -> None:
    old = os.umask(0o077)
    try:
        path = local(extract().path)
    finally:
        os.umask(old)
    assert path.parent.stat().st_mode & 0o777 == path.stat().st_mode & 0o777 == 0o755
    assert {file.stat().st_mode & 0o777 for file in path.iterdir()} == {0o644}


def test_another_plan_is_another_artefact(
    extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = extract()
    monkeypatch.setattr(chunks, "_FEWEST_RECORDS", 2)
    assert extract().digest != first.digest


@pytest.mark.parametrize("engine", ["bigdl", "tensorflow"])
def test_the_recipe_is_all_that_features_depend_on(
    engine: str, bridge: Bridge, dumps: dict[str, Artifact], home: Home
) -> None:
    """Another recipe would have every user's features made anew."""
    pair = [read_dump(dumps[split].path) for split in ("train", "validation")]
    made = extract_features(bridge, pair, engine, home)
    for dump, artifact in zip(pair, made, strict=True):
        recipe = {
            "format": 5,
            "engine": engine,
            "engine_version": ENGINES[engine](bridge).version,
            "split": dump.split,
            "dataset": dump.digests["dataset"],
            "weights": dump.digests["weights"],
            "records": dump.records,
            "chunk": 16,
        }
        assert read_manifest(Path(str(artifact.path))).recipe == recipe
        assert artifact.path == home.features / digest_of(recipe)
    assert all(again.reused for again in extract_features(bridge, pair, engine, home))


def test_a_graph_that_the_engine_refuses_names_the_others(
    bridge: Bridge, refused: Dump, home: Home
) -> None:
    with pytest.raises(UnsupportedGraphError) as caught:
        extract_features(bridge, [refused], "bigdl", home)
    assert str(caught.value).startswith("the bigdl engine cannot run node InceptionV1/")
    assert str(caught.value).endswith("a LRN in the network: choose feature_engine tensorflow")


def test_a_record_that_the_engine_cannot_decode_names_the_others(
    bridge: Bridge, dump_of: Callable[..., Dump], home: Home, arithmetic_jpeg: bytes
) -> None:
    dump = dump_of([arithmetic_jpeg])
    with pytest.raises(UnsupportedRecordError) as caught:
        extract_features(bridge, [dump], "bigdl", home)
    assert str(caught.value) == (
        "odd_train_00000-of-00001.tfrecord, record 0: image/encoded is a JPEG with arithmetic "
        "coding, which the bigdl engine does not decode: choose feature_engine tensorflow"
    )
    (made,) = extract_features(bridge, [dump], "tensorflow", home)
    assert local(made.path).exists()


def test_an_engine_that_does_not_run_here_names_all_others(
    bridge: Bridge, dump: Dump, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENGINES, "third", TensorflowEngine)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UnavailableError) as caught:
        extract_features(bridge, [dump], "tensorflow", home)
    assert str(caught.value) == (
        f"TensorFlow is not installed in {sys.prefix} (make setup installs it): "
        "choose feature_engine bigdl or third"
    )


def test_an_error_of_ours_comes_before_the_cancelling_that_followed() -> None:
    with pytest.raises(GraftError, match="a bad record"):
        _raise_first([RuntimeError("cancelled"), None, DataError("a bad record")])
    _raise_first([None, None])


def test_a_bad_record_is_the_same_for_every_engine(
    bridge: Bridge, dump_of: Callable[..., Dump], home: Home
) -> None:
    """Another engine is no help, so none is named."""
    dump = dump_of([b"no picture"])
    messages = set()
    for engine in ENGINES:
        with pytest.raises(DataError) as caught:
            extract_features(bridge, [dump], engine, home)
        assert not isinstance(caught.value, EngineError)
        messages.add(str(caught.value))
    (message,) = messages
    assert message.endswith("expected a JPEG, which starts with 'ffd8ff'")
