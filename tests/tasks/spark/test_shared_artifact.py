"""Manifests of artefacts that are made in place."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest

from tasks.spark.files import HadoopFiles
from tasks.spark.shared_artifact import find_manifest, write_manifest
from tasks.storage.artifact import is_whole
from tasks.storage.locations import Location, RemotePath
from tasks.storage.manifest import MANIFEST, Manifest

RECIPE = {"from": "flowers", "version": 1}
FILES = {"one.parquet": 1, "two.parquet": 2}
SHA256 = {
    "one.parquet": hashlib.sha256(b"1").hexdigest(),
    "two.parquet": hashlib.sha256(b"22").hexdigest(),
}


@pytest.fixture(params=["remote", "local"])
def place(request: pytest.FixtureRequest, remote_folder: RemotePath, tmp_path: Path) -> Location:
    """A folder that only Hadoop reaches, and one of this machine."""
    return remote_folder if request.param == "remote" else tmp_path / "artefact"


@pytest.fixture
def made(hadoop: HadoopFiles, place: Location) -> Location:
    """A whole artefact of two files."""
    hadoop.write(b"1", place / "one.parquet")
    hadoop.write(b"22", place / "two.parquet")
    write_manifest(hadoop, place, Manifest(RECIPE, FILES, SHA256, 1.23456))
    return place


def test_a_manifest_says_that_an_artefact_is_whole(hadoop: HadoopFiles, made: Location) -> None:
    manifest = find_manifest(hadoop, made)
    assert manifest is not None
    assert datetime.fromisoformat(manifest.made_at).tzinfo is not None
    assert manifest == Manifest(RECIPE, FILES, SHA256, 1.235, manifest.made_at)


@pytest.mark.parametrize("place", ["local"], indirect=True)
def test_a_local_one_is_an_artefact_as_any_other(made: Path) -> None:
    assert is_whole(made)


def test_what_is_under_way_is_not_whole(hadoop: HadoopFiles, place: Location) -> None:
    assert find_manifest(hadoop, place) is None
    hadoop.write(b"1", place / "one.parquet")
    assert find_manifest(hadoop, place) is None


def test_files_that_the_manifest_does_not_name_do_not_matter(
    hadoop: HadoopFiles, made: Location
) -> None:
    hadoop.write(b"more", made / "more")
    assert find_manifest(hadoop, made) is not None


@pytest.mark.parametrize(
    ("name", "content"),
    [("one.parquet", b"longer"), ("two.parquet", None), (MANIFEST, b"{"), (MANIFEST, b"{}")],
)
def test_what_was_changed_is_named(
    hadoop: HadoopFiles,
    made: Location,
    caplog: pytest.LogCaptureFixture,
    name: str,
    content: bytes | None,
) -> None:
    if content is None:
        hadoop.delete(made / name)
    else:
        hadoop.write(content, made / name)
    assert find_manifest(hadoop, made) is None
    assert f"{made} was changed after it was made ({name})" in caplog.text


def test_a_manifest_can_be_read_by_people(hadoop: HadoopFiles, made: Location) -> None:
    text = hadoop.read(made / MANIFEST).decode()
    assert text == json.dumps(json.loads(text), indent=2) + "\n"
