"""The second pass by executors: the shards of records, in the order that one machine gives them."""

import hashlib
import json
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from tasks.conversion.looking import Place
from tasks.conversion.parts import place_in_parts, plan_shards
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
from tasks.datasets.dataset import RECORDS_PER_CHUNK
from tasks.datasets.example import picture_example
from tasks.datasets.picture import MAX_BYTES
from tasks.datasets.source_folder import changed
from tasks.datasets.tfrecord import ShardScan, framed
from tasks.spark.errors import user_errors

Shards = dict[str, list[tuple[PurePosixPath, ShardScan]]]


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
    placed = place_in_parts(session, table)
    plan = plan_shards(session)
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
