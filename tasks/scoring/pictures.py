"""Pictures of a source, read by executors and made ready for an engine."""

import pickle
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tasks.conversion.listing import in_parts
from tasks.conversion.looking import FileSource, load_content, unplaced
from tasks.conversion.store import PictureStore, file_request, pairs
from tasks.datasets.entry import Entry
from tasks.datasets.picture import MAX_BYTES
from tasks.datasets.reading import Load
from tasks.datasets.source_list import ListSource
from tasks.datasets.source_loose import loose_entry
from tasks.scoring.find import Found
from tasks.scoring.parts import Parts
from tasks.scoring.ready import prepared_elements
from tasks.spark.python_worker import settle_once


def pictures_of(
    store: PictureStore,
    found: Found,
    parts: Parts,
    done: Collection[int],
    max_side: int | None = None,
) -> tuple[Any, list[int]]:
    """Return an RDD of pictures as ``Engine.answers`` takes them, and the part of each partition.

    Beside each picture is a pickled ``Passing``. What is in parts that are done is not read.

    Args:
        store: reads.
        found: the pictures.
        parts: how they are cut.
        done: parts that are there already.
        max_side: longer pictures are scaled down to it, in pixels.
    """
    if isinstance(found.source, ListSource):
        return _listed_pictures(store, found, parts, done, max_side)
    if parts.files:
        return _recorded_pictures(store, found, parts, done, max_side)
    entries = in_parts(found.listed.files, parts.count)
    wanted = entries.mapPartitionsWithIndex(partial(_missing, frozenset(done)))
    requests = wanted.mapPartitions(_loose_requests)
    contents = store.read(requests, found.root, found.root)
    return contents.mapPartitions(partial(_ready_contents, True, max_side)), list(
        range(parts.count)
    )


def _listed_pictures(
    store: PictureStore,
    found: Found,
    parts: Parts,
    done: Collection[int],
    max_side: int | None,
) -> tuple[Any, list[int]]:
    source = found.source
    staged = store.stage([source.name], found.root)
    rows = staged.mapPartitions(partial(_rows_of_list, source))
    entries = rows.partitionBy(parts.count, int).values()
    wanted = entries.mapPartitionsWithIndex(partial(_missing, frozenset(done)))
    folder = source.name.rpartition("/")[0]
    root = found.root / folder if folder else found.root
    contents = store.read(wanted.map(_request), root, root)
    return contents.mapPartitions(partial(_ready_contents, False, max_side)), list(
        range(parts.count)
    )


def _recorded_pictures(
    store: PictureStore,
    found: Found,
    parts: Parts,
    done: Collection[int],
    max_side: int | None,
) -> tuple[Any, list[int]]:
    numbers = [number for number in range(parts.count) if number not in done]
    slices = [parts.files[number] for number in numbers]
    staged = store.stage([one.path for one in slices], found.root)
    read = partial(_ready_records, found.source, slices, max_side)
    return staged.mapPartitionsWithIndex(read), numbers


def _missing(done: frozenset[int], part: int, entries: Iterable[Any]) -> Iterable[Any]:
    if part not in done:
        return entries
    # All of them: Spark replaces a worker that leaves some unread.
    deque(entries, maxlen=0)
    return ()


def _loose_requests(paths: Iterable[str]) -> Iterator[bytes]:
    # Shuffled, they come in another order whenever they come.
    yield from (_request(loose_entry(path)) for path in sorted(paths))


def _rows_of_list(source: ListSource, roots: Iterable[bytes]) -> Iterator[tuple[int, Entry]]:
    for root in roots:
        yield from enumerate(source.entries_in(Path(root.decode())))


def _request(entry: Entry) -> bytes:
    return file_request(entry.place or "", MAX_BYTES + 1, pickle.dumps(entry))


def _ready_contents(
    pass_over: bool, max_side: int | None, elements: Iterable[bytes]
) -> Iterator[bytes]:
    def loaded() -> Iterator[tuple[Entry, Load]]:
        for beside, content in pairs(elements):
            entry = pickle.loads(beside)  # noqa: S301 - our own, from the task before
            yield entry, partial(load_content, content, pass_over)

    yield from prepared_elements(loaded(), max_side)
    settle_once()


def _ready_records(
    source: FileSource,
    slices: list[Any],
    max_side: int | None,
    index: int,
    roots: Iterable[bytes],
) -> Iterator[bytes]:
    for root in roots:
        one = slices[index]
        entries = source.entries_of(one.path, Path(root.decode()))
        ours = (entry for number, entry in enumerate(entries) if number % one.of == one.number)
        # Its place is that of the executor's copy, which does not stay.
        entries_here = ((unplaced(entry), source.load) for entry in ours)
        yield from prepared_elements(entries_here, max_side)
    settle_once()
