"""The second pass by executors: the shards of records, in the order that one machine gives them."""

import hashlib
import json
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from tasks.conversion.looking import Place
from tasks.conversion.store import (
    BYTES,
    FILE,
    RESULT,
    PictureStore,
    file_request,
    pairs,
    spill_request,
)
from tasks.conversion.table import SparkTable
from tasks.datasets.dataset import ALL_SPLITS, RECORDS_PER_CHUNK, shard_name
from tasks.datasets.example import picture_example
from tasks.datasets.picture import MAX_BYTES
from tasks.datasets.shards import NAME, RECORD_OVERHEAD, shard_count
from tasks.datasets.source_folder import changed
from tasks.datasets.tfrecord import ShardScan, framed
from tasks.spark.errors import user_errors

Shards = dict[str, list[tuple[PurePosixPath, ShardScan]]]

# Pictures are in the order of their digests; the first digits of these divide a split into ranges
# whose sums fit the driver.
_SIZED = """
SELECT *, size + length(name) + {overhead} AS record_size, substring(hex(sha256), 1, 3) AS band
FROM pictures
"""
_RUNNING = """
SELECT *, SUM(record_size) OVER (
    PARTITION BY split, band ORDER BY sha256, name, id ROWS UNBOUNDED PRECEDING
) - record_size AS running FROM sized
"""
# What ``tasks.datasets.shards.part_of`` computes; the product may be larger than a BIGINT.
_PARTS = """
SELECT running.*,
    CAST(CAST(base + running AS DECIMAL(38, 0)) * parts DIV total AS INT) AS part
FROM running JOIN bases USING (split, band)
"""


@dataclass(frozen=True)
class _Planned:
    """Shards of the data set.

    Attributes:
        splits: the split of each.
        names: the file of each.
        numbers: the number of each, by split and part.
    """

    splits: list[str]
    names: list[str]
    numbers: dict[tuple[str, int], int]


def write_shards(
    store: PictureStore,
    session: Any,
    table: SparkTable,
    place: Place,
    *,
    class_names: Sequence[str],
    done: Any,
) -> Shards:
    """Write all shards into the work folder and return them by split.

    Args:
        store: reads and writes.
        session: the Spark session.
        table: the pictures with their labels and splits.
        place: the folders.
        class_names: in label order.
        done: counts pictures.

    Raises:
        DataError: a picture is not what it was in the first pass.
        StorageError: the work folder cannot be written.
    """
    placed = _place_in_parts(session, table)
    plan = _plan(session)
    rows = placed.rdd.map(partial(_keyed, plan.numbers))
    ordered = rows.repartitionAndSortWithinPartitions(len(plan.names), _shard_of)
    contents = store.read(ordered.map(_request), place.source, place.spills)
    texts = [name.encode() for name in class_names]
    elements = contents.mapPartitionsWithIndex(partial(_records, plan.names, texts, done))
    with user_errors():
        results = sorted(store.write(elements, place.work).map(json.loads).collect())
    placed.unpersist()
    written: Shards = {}
    for number, records, size, offsets in results:
        scan = ShardScan(records, size, tuple(offsets))
        path = PurePosixPath("/", plan.names[number])
        written.setdefault(plan.splits[number], []).append((path, scan))
    return written


def _place_in_parts(session: Any, table: SparkTable) -> Any:
    """Return the pictures with the part of their split that each falls into."""
    from pyspark import StorageLevel
    from pyspark.sql.functions import broadcast

    session.sql(_SIZED.format(overhead=RECORD_OVERHEAD)).createOrReplaceTempView("sized")
    sums = list(table.rows("SELECT split, band, SUM(record_size) FROM sized GROUP BY split, band"))
    bases = session.createDataFrame(
        _bases({(split, part): size for split, part, size in sums}),
        "split STRING, band STRING, base BIGINT, parts INT, total BIGINT",
    )
    broadcast(bases).createOrReplaceTempView("bases")
    session.sql(_RUNNING).createOrReplaceTempView("running")
    placed = session.sql(_PARTS).persist(StorageLevel.DISK_ONLY)
    placed.createOrReplaceTempView("placed")
    return placed


def _bases(sizes: Mapping[tuple[str, str], int]) -> list[tuple[str, str, int, int, int]]:
    """Return, for each band, the bytes of its split before it, the split's parts and its bytes."""
    bases = []
    for split in ALL_SPLITS:
        total = sum(size for (of, _), size in sizes.items() if of == split)
        base = 0
        for (of, part), size in sorted(sizes.items()):
            if of == split:
                bases.append((split, part, base, shard_count(total), total))
                base += size
    return bases


def _plan(session: Any) -> _Planned:
    query = "SELECT DISTINCT split, part FROM placed"
    found = sorted((row.split, row.part) for row in session.sql(query).toLocalIterator())
    plan = _Planned([], [], {})
    for split in ALL_SPLITS:
        parts = [part for of, part in found if of == split]
        for number, part in enumerate(parts):
            plan.numbers[split, part] = len(plan.names)
            plan.names.append(shard_name(NAME, split, number, len(parts)))
            plan.splits.append(split)
    return plan


def _keyed(numbers: Mapping[tuple[str, int], int], row: Any) -> tuple[Any, Any]:
    key = (numbers[row.split, row.part], bytes(row.sha256), bytes(row.name), row.id)
    return key, (row.label, row.width, row.height, row.size, row.place, row.spill, row.spilled)


def _shard_of(key: tuple[Any, ...]) -> int:
    return int(key[0])


def _request(item: tuple[Any, Any]) -> bytes:
    (_, sha256, name, _), (label, width, height, size, place, spill, spilled) = item
    whole = spill is None
    beside = pickle.dumps((sha256 if whole else None, name, label, width, height))
    if whole:
        return file_request(place, MAX_BYTES + 1, beside)
    return spill_request(spill, spilled, size, beside)


def _records(
    names: Sequence[str], texts: Sequence[bytes], done: Any, shard: int, elements: Iterable[bytes]
) -> Iterator[bytes]:
    """Yield the elements of ``PictureStore.write`` for one shard."""
    count = size = 0
    offsets = []
    yield FILE + names[shard].encode()
    for beside, content in pairs(elements):
        sha256, name, label, width, height = pickle.loads(beside)  # noqa: S301 - our own
        # Without a digest it was put aside by the first pass.
        if content is None or (sha256 and hashlib.sha256(content).digest() != sha256):
            raise changed(name.decode())
        record = framed(
            picture_example(
                content, width=width, height=height, label=label, text=texts[label], name=name
            )
        )
        if count % RECORDS_PER_CHUNK == 0:
            offsets.append(size)
        yield BYTES + record
        count += 1
        size += len(record)
        done.add(1)
    yield RESULT + json.dumps([shard, count, size, offsets]).encode()
