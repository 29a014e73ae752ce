"""Features read back: from this machine, and through the executors from another file system."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSet
from tasks.features.store import (
    feature_contents,
    feature_files,
    feature_matrix,
    load_features,
    load_tables,
    read_features,
    read_tables,
)
from tasks.storage.locations import Location, RemotePath

SHARDS = ("a-00000-of-00002", "a-00001-of-00002")
#: Files of each shard: more than one partition holds.
FILES = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A features artefact: two records in a file, labels counting, features of 3 floats."""
    folder = tmp_path / "features"
    folder.mkdir()
    label = 0
    for shard in SHARDS:
        for first in range(0, 2 * FILES, 2):
            labels = [label, label + 1]
            feature = [np.full(3, i, np.float32) for i in labels]
            table = pa.table(
                {
                    "label": pa.array(labels, pa.int32()),
                    "feature": pa.array(feature, pa.list_(pa.float32())),
                    "shard": [f"{shard}.tfrecord"] * 2,
                    "record": [first, first + 1],
                    "digest": [f"{label:064x}" for label in labels],
                }
            )
            pq.write_table(table, folder / f"{shard}-{first:09d}.parquet")
            label += 2
    (folder / "artifact.json").write_text("{}")
    (folder / f".{SHARDS[0]}-000000000.parquet.aside").write_bytes(b"PAR1")
    (folder / f".{SHARDS[0]}-000000002.parquet").write_bytes(b"PAR1")
    return folder


@pytest.fixture(params=["local", "remote"])
def place(request: pytest.FixtureRequest, bridge: Bridge, folder: Path) -> Location:
    """The artefact by its path, and by a URL that only Hadoop reads."""
    if request.param == "local":
        return folder
    conf = bridge.spark._jsc.hadoopConfiguration()
    name = folder.parent.name.replace("_", "-").lower()
    conf.set(f"fs.viewfs.mounttable.{name}.link./features", folder.as_uri())
    return RemotePath(f"viewfs://{name}/features")


def test_files_are_in_the_order_of_shards_and_records(folder: Path) -> None:
    names = [f"{shard}-{2 * i:09d}.parquet" for shard in SHARDS for i in range(FILES)]
    assert [file.name for file in feature_files(folder)] == names
    assert [file.name for file in feature_files(folder, {SHARDS[1]})] == names[FILES:]


def test_files_and_their_contents_are_read_alike(folder: Path) -> None:
    files = feature_files(folder)
    contents = [file.read_bytes() for file in files]
    assert read_tables(*files) == read_tables(*contents)
    features = read_features(*contents)
    assert features.label.tolist() == list(range(4 * FILES))
    assert features.label.dtype == np.int32
    assert features.feature.dtype == np.float32
    assert features.feature.tolist() == [[i] * 3 for i in range(4 * FILES)]


def test_a_matrix_of_several_files_has_a_row_for_each_record(folder: Path) -> None:
    table = read_tables(*feature_files(folder)).slice(3, 4)
    assert feature_matrix(table).tolist() == [[i] * 3 for i in (3, 4, 5, 6)]


def test_all_is_loaded_in_order(bridge: Bridge, place: Location) -> None:
    features = load_features(bridge, place)
    assert features.label.tolist() == list(range(4 * FILES))
    assert features.feature[:, 0].tolist() == features.label.tolist()


def test_only_the_shards_that_are_wanted_are_loaded(bridge: Bridge, place: Location) -> None:
    table = load_tables(bridge, place, {SHARDS[1]})
    assert table["label"].to_pylist() == list(range(2 * FILES, 4 * FILES))
    assert set(table["shard"].to_pylist()) == {f"{SHARDS[1]}.tfrecord"}


def test_contents_have_a_partition_for_eight_files_or_as_many_as_asked_for(
    bridge: Bridge, place: Location
) -> None:
    assert feature_contents(bridge, place).getNumPartitions() == 2
    contents = feature_contents(bridge, place, partitions=3)
    assert contents.getNumPartitions() == 3
    table = read_tables(*contents.collect())
    assert table["label"].to_pylist() == list(range(4 * FILES))


def test_records_left_out_are_in_nothing_that_is_read(place: Location, bridge: Bridge) -> None:
    # A file loses one record, another both.
    gone = {f"{SHARDS[0]}.tfrecord": frozenset({1, 2, 3}), "other": frozenset({0})}
    source = FeatureSet(place, gone)
    kept = [0, *range(4, 4 * FILES)]
    assert load_features(bridge, source).label.tolist() == kept
    contents = feature_contents(bridge, source)
    labels = contents.map(lambda file: read_features(file).label.tolist()).collect()
    assert [label for file in labels for label in file] == kept
    assert len(labels) == 2 * FILES - 1
