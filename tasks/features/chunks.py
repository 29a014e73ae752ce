"""Cuts a split into pieces of work, so that every core is busy however few the shards are."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.dataset import Shard

# Long enough to hide the few milliseconds that Spark needs for a task, short enough that the last
# tasks end together and progress shows.
_CHUNKS_PER_CORE = 24
_FEWEST_RECORDS = 16
_MOST_RECORDS = 256


@dataclass(frozen=True)
class Chunk:
    """Neighbouring records of one shard.

    Attributes:
        shard: path of the TFRecord file.
        offset: bytes to skip in the file.
        skip: records to read and drop from there.
        first: number of the first record wanted, from 0.
        records: how many are wanted.
    """

    shard: str
    offset: int
    skip: int
    first: int
    records: int


def plan_chunks(shards: Sequence[Shard], records_per_offset: int, cores: int) -> list[Chunk]:
    """Return chunks of about equal size that cover every record of ``shards`` once.

    Args:
        shards: the files of a split.
        records_per_offset: how many records lie between two of a shard's ``chunk_offsets``.
        cores: how many chunks are worked on at once.
    """
    total = sum(shard.records for shard in shards)
    size = -(-total // (cores * _CHUNKS_PER_CORE))
    size = min(max(size, _FEWEST_RECORDS), _MOST_RECORDS)
    return [
        chunk_at(shard, first, min(size, shard.records - first), records_per_offset)
        for shard in shards
        for first in range(0, shard.records, size)
    ]


def chunk_at(shard: Shard, first: int, records: int, records_per_offset: int) -> Chunk:
    """Return the chunk of ``records`` records from number ``first`` of a shard on."""
    return Chunk(
        shard=str(shard.path),
        offset=shard.chunk_offsets[first // records_per_offset],
        skip=first % records_per_offset,
        first=first,
        records=records,
    )
