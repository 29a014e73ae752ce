"""Extraction that was interrupted: what is there is kept, what is not whole is not."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.dumps.description import Dump, read_dump
from tasks.features import chunks
from tasks.features.extraction import extract_features
from tasks.features.store import feature_files, read_tables
from tasks.spark.cluster import Cluster
from tasks.storage.artifact import MANIFEST, Artifact
from tasks.storage.paths import Home

Extract = Callable[[], Artifact]


@pytest.fixture
def pipeline(dumps: dict[str, Artifact]) -> Dump:
    return read_dump(dumps["train"].path)


@pytest.fixture
def extract(
    cluster: Cluster, pipeline: Dump, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Extract:
    """Extract the eight training records, a file for each."""
    monkeypatch.setattr(chunks, "_FEWEST_RECORDS", 1)
    home = Home(tmp_path / "home")
    return lambda: extract_features(cluster.context, [pipeline], "bigdl", home)[0]


def contents(path: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in path.iterdir()}


def test_only_what_is_missing_or_not_whole_is_made(
    extract: Extract, caplog: pytest.LogCaptureFixture
) -> None:
    path = extract().path
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
    path = extract().path
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
    path = extract().path
    files = feature_files(path)
    files[2].unlink()
    assert not extract().reused
    assert f"was changed after it was made ({files[2].name})" in caplog.text
    assert feature_files(path) == files
    assert extract().reused


def test_another_plan_is_another_artefact(
    extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = extract()
    monkeypatch.setattr(chunks, "_FEWEST_RECORDS", 2)
    assert extract().digest != first.digest
