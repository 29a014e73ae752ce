from itertools import pairwise
from pathlib import Path

import pytest

from tasks.datasets.dataset import Shard
from tasks.features.chunks import Chunk, chunk_size, first_chunks, joined, plan_chunks

PER_OFFSET = 64


def shard(name: str, records: int) -> Shard:
    """A shard whose every record is 10 bytes long."""
    offsets = tuple(range(0, 10 * records, 10 * PER_OFFSET))
    return Shard(Path("/data", name), records, 10 * records, offsets)


def numbers(chunk: Chunk) -> list[int]:
    """The records that a reader of the chunk's bytes gets."""
    start = chunk.offset // 10 + chunk.skip
    return list(range(start, start + chunk.records))


@pytest.mark.parametrize(
    "sizes", [(1,), (15, 16, 17), (664, 664, 664, 664, 664), (64, 128, 65), (50000, 3)]
)
def test_covers_every_record_once_and_in_order(sizes: tuple[int, ...]) -> None:
    shards = [shard(f"s{i}", size) for i, size in enumerate(sizes)]
    chunks = plan_chunks(shards, PER_OFFSET)
    covered = [(chunk.shard, number) for chunk in chunks for number in numbers(chunk)]
    assert covered == [(str(s.path), n) for s in shards for n in range(s.records)]


def test_numbers_are_those_in_the_shard() -> None:
    for chunk in plan_chunks([shard("s", 1000)], PER_OFFSET):
        assert chunk.first == numbers(chunk)[0]
        assert 0 <= chunk.skip < PER_OFFSET


def test_a_single_shard_keeps_many_cores_busy() -> None:
    chunks = plan_chunks([shard("only", 3320)], PER_OFFSET)
    sizes = [chunk.records for chunk in chunks]
    assert len(chunks) >= 200
    assert all(before >= after for before, after in pairwise(sizes))


@pytest.mark.parametrize(("records", "size"), [(1, 16), (3320, 16), (100_000, 98), (10**6, 256)])
def test_size_is_bounded(records: int, size: int) -> None:
    assert chunk_size(records) == size


def test_an_empty_shard_has_no_chunks() -> None:
    chunks = plan_chunks([shard("empty", 0), shard("s", 3)], PER_OFFSET)
    assert [Path(chunk.shard).name for chunk in chunks] == ["s"]


def test_files_are_in_the_order_of_shards_and_records() -> None:
    shards = [shard("a-00000-of-00002.tfrecord", 5000), shard("a-00001-of-00002.tfrecord", 90)]
    names = [chunk.file_name for chunk in plan_chunks(shards, PER_OFFSET)]
    assert names == sorted(set(names))
    assert names[1] == "a-00000-of-00002-000000016.parquet"


@pytest.mark.parametrize(("records", "chosen"), [(1, 1), (16, 1), (17, 2), (40, 3), (99, 3)])
def test_the_first_chunks_hold_at_least_so_many_records(records: int, chosen: int) -> None:
    chunks = plan_chunks([shard("s", 40)], PER_OFFSET)
    assert first_chunks(chunks, records) == chunks[:chosen]


def test_chunks_are_joined_shard_by_shard() -> None:
    shards = [shard("a", 40), shard("b", 20)]
    chunks = plan_chunks(shards, PER_OFFSET)
    longer = joined(first_chunks(chunks, 50))
    assert [(Path(chunk.shard).name, chunk.first, chunk.records) for chunk in longer] == [
        ("a", 0, 40),
        ("b", 0, 16),
    ]
    assert longer[0].offset == chunks[0].offset
    assert joined([]) == []
