from itertools import pairwise
from pathlib import Path

import pytest

from tasks.dataset import Shard
from tasks.features.chunks import Chunk, plan_chunks

PER_OFFSET = 64


def shard(name: str, records: int) -> Shard:
    """A shard whose every record is 10 bytes long."""
    offsets = tuple(range(0, 10 * records, 10 * PER_OFFSET))
    return Shard(Path("/data", name), records, 10 * records, offsets)


def numbers(chunk: Chunk) -> list[int]:
    """The records that a reader of the chunk's bytes gets."""
    start = chunk.offset // 10 + chunk.skip
    return list(range(start, start + chunk.records))


@pytest.mark.parametrize("cores", [1, 2, 7, 64])
@pytest.mark.parametrize(
    "sizes", [(1,), (15, 16, 17), (664, 664, 664, 664, 664), (64, 128, 65), (5000, 3)]
)
def test_covers_every_record_once_and_in_order(sizes: tuple[int, ...], cores: int) -> None:
    shards = [shard(f"s{i}", size) for i, size in enumerate(sizes)]
    chunks = plan_chunks(shards, PER_OFFSET, cores)
    covered = [(chunk.shard, number) for chunk in chunks for number in numbers(chunk)]
    assert covered == [(str(s.path), n) for s in shards for n in range(s.records)]


@pytest.mark.parametrize("cores", [1, 2, 7, 64])
def test_numbers_are_those_in_the_shard(cores: int) -> None:
    for chunk in plan_chunks([shard("s", 1000)], PER_OFFSET, cores):
        assert chunk.first == numbers(chunk)[0]
        assert 0 <= chunk.skip < PER_OFFSET


@pytest.mark.parametrize(("cores", "fewest"), [(2, 48), (16, 200)])
def test_a_single_shard_keeps_every_core_busy(cores: int, fewest: int) -> None:
    chunks = plan_chunks([shard("only", 3320)], PER_OFFSET, cores)
    sizes = [chunk.records for chunk in chunks]
    assert len(chunks) >= fewest
    assert all(before >= after for before, after in pairwise(sizes))


@pytest.mark.parametrize(("records", "size"), [(100, 16), (10**6, 256)])
def test_size_is_bounded(records: int, size: int) -> None:
    assert plan_chunks([shard("s", records)], PER_OFFSET, 2)[0].records == size


def test_an_empty_shard_has_no_chunks() -> None:
    chunks = plan_chunks([shard("empty", 0), shard("s", 3)], PER_OFFSET, 2)
    assert [Path(chunk.shard).name for chunk in chunks] == ["s"]
