"""Chunks: a split cut into many pieces of work, so that few shards still keep every core busy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from tasks.datasets.dataset import Shard

# The plan depends on the split alone, because the next run, perhaps on another machine, keeps the
# chunks of a killed one. There are enough chunks for many cores to end together and for progress to
# show, and each is long enough to hide the few milliseconds that Spark needs for a task.
_CHUNKS = 1024
_FEWEST_RECORDS = 16
_MOST_RECORDS = 256


@dataclass(frozen=True)
class Chunk:
    """Neighbouring records of one shard.

    Attributes:
        shard: path or URL of the TFRecord file.
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

    @property
    def file_name(self) -> str:
        """Name of the file of the chunk's features; sorted, they are in the order of records."""
        return f"{PurePosixPath(self.shard).stem}-{self.first:09d}.parquet"


def chunk_size(records: int) -> int:
    """Return how many records of a split of ``records`` go into a chunk."""
    return min(max(-(-records // _CHUNKS), _FEWEST_RECORDS), _MOST_RECORDS)


def plan_chunks(shards: Sequence[Shard], records_per_offset: int) -> list[Chunk]:
    """Return chunks of about equal size that cover every record of ``shards`` once.

    Args:
        shards: the files of a split.
        records_per_offset: how many records lie between two of a shard's ``chunk_offsets``.
    """
    size = chunk_size(sum(shard.records for shard in shards))
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


def first_chunks(chunks: Sequence[Chunk], records: int) -> list[Chunk]:
    """Return as many of the first chunks as hold at least ``records`` records together."""
    chosen: list[Chunk] = []
    for chunk in chunks:
        if sum(c.records for c in chosen) >= records:
            break
        chosen.append(chunk)
    return chosen


def joined(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return the same records in as few chunks as there are shards.

    Args:
        chunks: in order; those of a shard follow one another without a gap.
    """
    longer: list[Chunk] = []
    for chunk in chunks:
        if longer and longer[-1].shard == chunk.shard:
            longer[-1] = replace(longer[-1], records=longer[-1].records + chunk.records)
        else:
            longer.append(chunk)
    return longer
