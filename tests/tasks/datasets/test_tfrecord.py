import gzip
import os
import re
import struct
from pathlib import Path

import pytest

from tasks.datasets.signature import masked_crc
from tasks.datasets.tfrecord import (
    MAX_RECORD_BYTES,
    holds_records,
    located_records,
    read_records,
    write_records,
)
from tasks.errors import DataError, StorageError
from tasks.networks.tensorflow import import_tensorflow

RECORDS = [b"", b"a", b"record" * 100, bytes(range(256))]


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    path = tmp_path / "shard.tfrecord"
    write_records(path, RECORDS)
    return path


def offset_of(number: int) -> int:
    return sum(len(record) + 16 for record in RECORDS[:number])


def damage(path: Path, position: int, replacement: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[position : position + len(replacement)] = replacement
    path.write_bytes(content)


def test_tensorflow_reads_what_we_write_and_we_read_what_it_writes(tmp_path: Path) -> None:
    tf = import_tensorflow()
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    write_records(ours, RECORDS)
    with tf.io.TFRecordWriter(str(theirs)) as writer:
        for record in RECORDS:
            writer.write(record)
    assert ours.read_bytes() == theirs.read_bytes()
    assert [r.numpy() for r in tf.data.TFRecordDataset([str(ours)])] == RECORDS
    assert list(read_records(theirs)) == RECORDS


def test_reads_from_an_offset(shard: Path) -> None:
    assert list(read_records(shard, offset_of(1), 2)) == RECORDS[1:3]
    assert list(read_records(shard, offset_of(2))) == RECORDS[2:]
    assert list(read_records(shard, offset_of(3), 64)) == RECORDS[3:]
    assert list(read_records(shard, offset_of(4))) == []


def test_count_stops_before_damage_behind_it(shard: Path) -> None:
    damage(shard, offset_of(3) + 12, b"\xff")
    assert list(read_records(shard, 0, 3)) == RECORDS[:3]


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 64])
def test_where_chunks_start_is_told(tmp_path: Path, chunk: int) -> None:
    path = tmp_path / "shard.tfrecord"
    written = write_records(path, RECORDS, chunk)
    assert (written.records, written.bytes) == (4, path.stat().st_size)
    assert written.chunk_offsets == tuple(offset_of(number) for number in range(0, 4, chunk))


def test_an_empty_shard(tmp_path: Path) -> None:
    written = write_records(tmp_path / "empty", [])
    assert (written.records, written.bytes, written.chunk_offsets) == (0, 0, ())
    assert list(located_records(tmp_path / "empty")) == []


def test_records_are_located_in_plain_and_compressed_shards(shard: Path) -> None:
    located = [(offset_of(number), record) for number, record in enumerate(RECORDS)]
    assert list(located_records(shard)) == located
    shard.write_bytes(gzip.compress(shard.read_bytes()))
    assert list(located_records(shard)) == located


def test_damaged_gzip(shard: Path) -> None:
    packed = gzip.compress(shard.read_bytes())
    for damaged in (packed[:-10], packed[:-6] + b"??????"):
        shard.write_bytes(damaged)
        with pytest.raises(DataError, match=r"^shard.tfrecord: damaged gzip data: "):
            list(located_records(shard))


def test_whether_a_file_holds_records(shard: Path, tmp_path: Path) -> None:
    assert holds_records(shard)
    shard.write_bytes(gzip.compress(shard.read_bytes()))
    assert holds_records(shard)
    for content in (b"", b"short", bytes(100), gzip.compress(b"text" * 99), b"\x1f\x8b damaged"):
        (tmp_path / "other").write_bytes(content)
        assert not holds_records(tmp_path / "other")


def test_a_record_that_is_too_large_is_not_read(shard: Path) -> None:
    length = struct.pack("<Q", MAX_RECORD_BYTES + 1)
    damage(shard, 0, length + struct.pack("<I", masked_crc(length)))
    # A sparse file: no byte of it is on the disk.
    os.truncate(shard, MAX_RECORD_BYTES + 100)
    with pytest.raises(DataError, match="record 0, at byte 0: has 268,435,457 bytes, expected at"):
        list(read_records(shard))


@pytest.mark.parametrize(
    ("position", "what"), [(0, "length"), (8, "length"), (12, "data"), (12 + 600, "data")]
)
def test_bad_crc(shard: Path, position: int, what: str) -> None:
    damage(shard, offset_of(2) + position, b"\xff")
    message = (
        rf"^shard.tfrecord: record 2, at byte {offset_of(2)}: bad CRC of its {what}: "
        r"0x[0-9a-f]{8}, expected 0x[0-9a-f]{8}$"
    )
    with pytest.raises(DataError, match=message):
        list(located_records(shard))


@pytest.mark.parametrize(
    ("kept", "message"),
    [(5, "5 bytes left, expected a header of 12"), (100, "100 bytes left, expected 616")],
)
def test_truncated(shard: Path, kept: int, message: str) -> None:
    os.truncate(shard, offset_of(2) + kept)
    with pytest.raises(DataError, match=rf"^shard.tfrecord: record 2, .*truncated: {message}$"):
        list(read_records(shard))


def test_length_that_lies_is_not_allocated(shard: Path, tmp_path: Path) -> None:
    # The CRC of a length is no secret: take it from a shard that claims less and patch both.
    length = struct.pack("<Q", 2**60)
    damage(shard, 0, length + struct.pack("<I", masked_crc(length)))
    with pytest.raises(DataError, match=rf"truncated: {shard.stat().st_size} bytes left, expected"):
        list(read_records(shard))


def test_error_past_an_offset_says_what_it_counts_from(shard: Path) -> None:
    damage(shard, offset_of(3) + 12, b"\xff")
    message = re.escape(f"record 2, counted from byte {offset_of(1)}, at byte {offset_of(3)}:")
    with pytest.raises(DataError, match=message):
        list(read_records(shard, offset_of(1)))


def test_cannot_write(shard: Path) -> None:
    with pytest.raises(StorageError, match="cannot write"):
        write_records(shard / "below", RECORDS)
