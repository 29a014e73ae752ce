"""What crosses the bridge: chunks, records and files, in their order and as they are."""

import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.datasets.tfrecord import read_records
from tasks.dumps.description import Dump
from tasks.errors import DataError, SetupError, StorageError
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.written_file import WrittenFile
from tasks.spark import jvm
from tasks.spark.cluster import Cluster


def rows(chunk: Chunk) -> bytes:
    """The Parquet of a chunk whose features are empty."""
    count = chunk.records
    table = pa.table(
        {
            "label": pa.array([0] * count, pa.int32()),
            "record": pa.array(range(chunk.first, chunk.first + count), pa.int64()),
        }
    )
    content = io.BytesIO()
    pq.write_table(table, content)
    return content.getvalue()


def written(chunk: Chunk) -> WrittenFile:
    return WrittenFile(chunk.file_name, chunk.records, hashlib.sha256(rows(chunk)).hexdigest())


@pytest.fixture
def chunks() -> list[Chunk]:
    return [Chunk("/data/s.tfrecord", 0, first, first, 2) for first in (4, 0, 2)]


def test_without_the_compiled_scala_there_is_none(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jvm, "_PACKAGE", "no.such.package")
    with pytest.raises(SetupError, match=r"^no.such.package.FeatureEngine is not on the driver's"):
        Bridge(cluster.context)


def test_java_collections_hold_what_they_are_given(bridge: Bridge) -> None:
    assert list(bridge.java_list(name for name in "ab")) == ["a", "b"]
    assert dict(bridge.java_map({"a": "x", "b": "y"})) == {"a": "x", "b": "y"}


def test_a_chunk_is_the_same_in_scala(bridge: Bridge) -> None:
    chunk = Chunk("viewfs://graft/s-00001-of-00002.tfrecord", 2**40, 3, 2**33, 5)
    java = bridge.java_chunk(chunk)
    fields = (java.shard(), java.offset(), java.skip(), java.first(), java.records(), java.file())
    assert fields == (chunk.shard, 2**40, 3, 2**33, 5, chunk.file_name)


def test_records_are_those_of_every_chunk_in_a_partition_each(bridge: Bridge, dump: Dump) -> None:
    path = dump.shards[0].path
    assert isinstance(path, Path)
    expected = list(read_records(path))
    chunks = [Chunk(str(path), 0, first, first, count) for first, count in ((3, 2), (0, 3))]
    assert bridge.records(chunks).glom().collect() == [expected[3:5], expected[:3]]


def test_contents_are_in_the_order_of_the_paths(bridge: Bridge, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("c", "a", "b")]
    for path in paths:
        path.write_bytes(path.name.encode() + b"\x00\xff")
    contents = bridge.contents(paths, 2)
    assert contents.getNumPartitions() == 2
    assert contents.collect() == [b"c\x00\xff", b"a\x00\xff", b"b\x00\xff"]


def test_features_are_written_under_the_chunks_names(
    bridge: Bridge, chunks: list[Chunk], tmp_path: Path
) -> None:
    contents = bridge.spark.parallelize(chunks, len(chunks)).map(rows)
    assert bridge.write_features(contents, tmp_path, chunks) == [written(chunk) for chunk in chunks]
    # Nothing else: no checksum, nothing that was written aside.
    assert {p.name for p in tmp_path.iterdir()} == {chunk.file_name for chunk in chunks}
    for chunk in chunks:
        assert (tmp_path / chunk.file_name).read_bytes() == rows(chunk)


def test_a_folder_that_cannot_be_written_is_named(
    bridge: Bridge, chunks: list[Chunk], tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    contents = bridge.spark.parallelize(chunks, len(chunks)).map(rows)
    with pytest.raises(StorageError, match=rf"^cannot write .*{in_the_way}"):
        bridge.write_features(contents, in_the_way, chunks)


def test_what_python_raised_on_an_executor_is_raised_here(
    bridge: Bridge, chunks: list[Chunk], tmp_path: Path
) -> None:
    def refuse(chunk: Chunk) -> bytes:
        raise DataError(f"{chunk.shard} is bad")

    contents = bridge.spark.parallelize(chunks, len(chunks)).map(refuse)
    with pytest.raises(DataError, match=r"^/data/s\.tfrecord is bad$"):
        bridge.write_features(contents, tmp_path, chunks)
    assert not list(tmp_path.iterdir())


def test_only_whole_files_of_the_right_records_are_present(
    bridge: Bridge, chunks: list[Chunk], tmp_path: Path
) -> None:
    whole, cut, other = chunks
    gone = Chunk("/data/s.tfrecord", 0, 6, 6, 2)
    (tmp_path / whole.file_name).write_bytes(rows(whole))
    (tmp_path / cut.file_name).write_bytes(rows(cut)[:-9])
    (tmp_path / other.file_name).write_bytes(rows(whole))
    assert bridge.present_files([*chunks, gone], tmp_path) == [written(whole)]
    assert bridge.present_files([gone], tmp_path) == []
