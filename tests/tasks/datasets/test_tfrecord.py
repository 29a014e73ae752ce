import os
import re
import struct
from pathlib import Path

import pytest

from tasks.datasets.tfrecord import read_records, scan, write_records
from tasks.errors import DataError, StorageError

RECORDS = [b"", b"a", b"record" * 100, bytes(range(256))]


def ignore(number: int, payload: bytes) -> None:
    pass


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
    import tensorflow as tf

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
def test_scan_finds_where_chunks_start(shard: Path, chunk: int) -> None:
    seen: list[tuple[int, bytes]] = []
    found = scan(shard, chunk, lambda number, payload: seen.append((number, payload)))
    assert seen == list(enumerate(RECORDS))
    assert (found.records, found.bytes) == (4, shard.stat().st_size)
    assert found.chunk_offsets == tuple(offset_of(number) for number in range(0, 4, chunk))


def test_scan_of_an_empty_shard(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    found = scan(tmp_path / "empty", 64, ignore)
    assert (found.records, found.bytes, found.chunk_offsets) == (0, 0, ())


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
        scan(shard, 64, ignore)


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
    from tasks.datasets.tfrecord import _masked_crc

    length = struct.pack("<Q", 2**60)
    damage(shard, 0, length + struct.pack("<I", _masked_crc(length)))
    with pytest.raises(DataError, match=rf"truncated: {shard.stat().st_size} bytes left, expected"):
        list(read_records(shard))


def test_error_past_an_offset_says_what_it_counts_from(shard: Path) -> None:
    damage(shard, offset_of(3) + 12, b"\xff")
    message = re.escape(f"record 2, counted from byte {offset_of(1)}, at byte {offset_of(3)}:")
    with pytest.raises(DataError, match=message):
        list(read_records(shard, offset_of(1)))


def test_what_a_check_raises_comes_through(shard: Path) -> None:
    def refuse(number: int, payload: bytes) -> None:
        raise DataError(f"record {number} is refused")

    with pytest.raises(DataError, match="record 0 is refused"):
        scan(shard, 64, refuse)


def test_cannot_write(shard: Path) -> None:
    with pytest.raises(StorageError, match="cannot write"):
        write_records(shard / "below", RECORDS)
