"""Local artefacts published to where only Hadoop reaches."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.damage import flip_byte, flip_byte_there
from tasks.errors import DataError, StorageError
from tasks.spark.files import HadoopFiles
from tasks.spark.publish import publish
from tasks.spark.shared_artifact import find_manifest
from tasks.storage.artifact import build
from tasks.storage.locations import RemotePath
from tasks.storage.manifest import MANIFEST, read_manifest


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A local artefact of two files."""

    def make(folder: Path) -> None:
        (folder / "one").write_text("1")
        (folder / "two").mkdir()
        (folder / "two" / "three").write_text("333")

    return build(tmp_path / "artefacts", {"a": 1}, make).path


def test_copies_once(
    hadoop: HadoopFiles, local: Path, remote_folder: RemotePath, remote_store: Path
) -> None:
    assert publish(local, remote_folder, hadoop)
    assert (remote_store / "two" / "three").read_text() == "333"
    before = (remote_store / MANIFEST).stat().st_mtime_ns
    assert not publish(local, remote_folder, hadoop)
    assert (remote_store / MANIFEST).stat().st_mtime_ns == before


def test_what_is_published_says_the_same_of_itself(
    hadoop: HadoopFiles,
    local: Path,
    remote_folder: RemotePath,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    publish(local, remote_folder, hadoop)
    assert find_manifest(hadoop, remote_folder) == read_manifest(local)
    publish(local, remote_folder, hadoop)
    ours = [message for message in caplog.messages if message.startswith("published ")]
    assert ours == [f"published {remote_folder}", f"published {remote_folder} before"]


def test_two_at_once_copy_once(hadoop: HadoopFiles, local: Path, remote_folder: RemotePath) -> None:
    with ThreadPoolExecutor(2) as pool:
        started = [pool.submit(publish, local, remote_folder, hadoop) for _ in range(2)]
        copied = [future.result(timeout=60) for future in started]
    assert sorted(copied) == [False, True]
    assert hadoop.read(remote_folder / "two/three") == b"333"


def test_another_artefact_takes_its_place(
    hadoop: HadoopFiles, local: Path, remote_folder: RemotePath, tmp_path: Path
) -> None:
    publish(local, remote_folder, hadoop)

    def make(folder: Path) -> None:
        (folder / "one").write_bytes(b"22")

    other = build(tmp_path / "artefacts", {"a": 2}, make)
    assert publish(other.path, remote_folder, hadoop)
    assert hadoop.read(remote_folder / "one") == b"22"
    assert find_manifest(hadoop, remote_folder) == read_manifest(other.path)


def test_an_artefact_of_this_machine_can_be_published_on_it(
    hadoop: HadoopFiles, local: Path, tmp_path: Path
) -> None:
    assert publish(local, tmp_path / "published", hadoop)
    assert read_manifest(tmp_path / "published") == read_manifest(local)
    assert sorted(path.name for path in (tmp_path / "published").iterdir()) == [
        MANIFEST,
        "one",
        "two",
    ]


def test_a_place_that_cannot_be_written_is_named(hadoop: HadoopFiles, local: Path) -> None:
    outside = RemotePath("viewfs://graft/outside")
    with pytest.raises(StorageError, match=f"^cannot write {outside}/one: "):
        publish(local, outside, hadoop)


def test_copies_the_rest_after_a_kill(
    hadoop: HadoopFiles, local: Path, remote_folder: RemotePath, remote_store: Path
) -> None:
    publish(local, remote_folder, hadoop)
    before = (remote_store / "one").stat().st_mtime_ns
    for name in (MANIFEST, "two/three"):
        hadoop.delete(remote_folder / name)
    assert find_manifest(hadoop, remote_folder) is None
    assert publish(local, remote_folder, hadoop)
    assert (remote_store / "two" / "three").read_text() == "333"
    assert (remote_store / "one").stat().st_mtime_ns == before


def test_mends_what_was_changed(
    hadoop: HadoopFiles,
    local: Path,
    remote_folder: RemotePath,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish(local, remote_folder, hadoop)
    hadoop.write(b"longer", remote_folder / "one")
    assert find_manifest(hadoop, remote_folder) is None
    assert f"{remote_folder} was changed after it was made (one)" in caplog.text
    assert publish(local, remote_folder, hadoop)
    assert hadoop.read(remote_folder / "one") == b"1"


def test_a_flipped_byte_is_copied_again(
    hadoop: HadoopFiles,
    local: Path,
    remote_folder: RemotePath,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish(local, remote_folder, hadoop)
    flip_byte_there(hadoop, remote_folder / "two/three")
    assert publish(local, remote_folder, hadoop)
    assert hadoop.read(remote_folder / "two/three") == b"333"
    assert f"{remote_folder} was changed after it was made (two/three): " in caplog.text
    assert not publish(local, remote_folder, hadoop)


def test_what_the_file_system_finds_damaged_is_copied_again(
    hadoop: HadoopFiles, local: Path, remote_folder: RemotePath, remote_store: Path
) -> None:
    publish(local, remote_folder, hadoop)
    flip_byte(remote_store / "two" / "three")
    assert publish(local, remote_folder, hadoop)
    assert hadoop.read(remote_folder / "two/three") == b"333"


def test_a_damaged_one_is_not_published(
    hadoop: HadoopFiles, local: Path, remote_folder: RemotePath
) -> None:
    flip_byte(local / "one")
    with pytest.raises(DataError, match=f"^{local}/one has another content, by its SHA-256: "):
        publish(local, remote_folder, hadoop)
    assert find_manifest(hadoop, remote_folder) is None


def test_records_are_left_to_their_own_checksums(
    hadoop: HadoopFiles, remote_folder: RemotePath, tmp_path: Path
) -> None:
    """A data set would have to come here whole."""

    def make(folder: Path) -> None:
        (folder / "train.tfrecord").write_bytes(b"records")

    made = build(tmp_path / "datasets", {"a": 1}, make).path
    publish(made, remote_folder, hadoop)
    flip_byte_there(hadoop, remote_folder / "train.tfrecord")
    assert not publish(made, remote_folder, hadoop)
    hadoop.delete(remote_folder / "train.tfrecord")
    assert publish(made, remote_folder, hadoop)


def test_a_manifest_that_is_none_is_written_again(
    hadoop: HadoopFiles, local: Path, remote_folder: RemotePath
) -> None:
    publish(local, remote_folder, hadoop)
    hadoop.write(b"{", remote_folder / MANIFEST)
    assert publish(local, remote_folder, hadoop)
    assert json.loads(hadoop.read(remote_folder / MANIFEST))["recipe"] == {"a": 1}
