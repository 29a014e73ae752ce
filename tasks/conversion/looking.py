"""The first pass over a source by executors: every picture read, checked and converted."""

import json
import pickle
import uuid
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tasks.conversion.looked import row, row_of
from tasks.conversion.store import BYTES, FILE, PictureStore, file_request, pairs
from tasks.datasets.entry import Entry, Loaded
from tasks.datasets.folder_layout import FolderLayout
from tasks.datasets.picture import MAX_BYTES
from tasks.datasets.reading import Load, look
from tasks.datasets.source_folder import FolderSource, check_is_ours, check_length, folder_entry
from tasks.datasets.source_list import ListSource
from tasks.datasets.source_parquet import ParquetSource
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.errors import PictureError
from tasks.storage.locations import Location

_SPILLS = "spills"

FileSource = ParquetSource | TfrecordSource


@dataclass(frozen=True)
class Place:
    """Folders of a conversion, and the bound of what is put into them.

    Attributes:
        source: the pictures.
        work: the data set that is being made.
        max_side: longer pictures are scaled down to it, in pixels.
    """

    source: Location
    work: Location
    max_side: int | None = None

    @property
    def spills(self) -> Location:
        """The folder of the JPEGs that cannot be read from the source again."""
        return self.work / _SPILLS


def look_at_files(
    store: PictureStore, source: FolderSource | ListSource, paths: Any, place: Place, done: Any
) -> Any:
    """Return an RDD of rows of pictures that are files, in the columns of ``looked.SCHEMA``.

    Args:
        store: reads and writes.
        source: a folder, or a list.
        paths: an RDD of the paths of all files.
        place: the folders.
        done: counts pictures.
    """
    if isinstance(source, FolderSource):
        entries = paths.mapPartitions(partial(_folder_entries, source.folders))
        root, pass_over = place.source, True
    else:
        staged = store.stage([source.name], place.source)
        listed = staged.mapPartitions(partial(_list_entries, source))
        tasks = max(source.total // 1000, 4 * store.spark.defaultParallelism)
        entries = listed.partitionBy(tasks, int).values()
        folder = source.name.rpartition("/")[0]
        root, pass_over = (place.source / folder if folder else place.source), False
    contents = store.read(entries.map(_request), root, place.spills)
    looked = contents.mapPartitions(partial(_look_at_contents, pass_over, done, place.max_side))
    return store.write(looked, place.spills).map(pickle.loads)


def look_at_records(store: PictureStore, source: FileSource, place: Place, done: Any) -> Any:
    """Return an RDD of rows of pictures that are in files, a task for each file.

    Args:
        store: reads and writes.
        source: Parquet or TFRecord files.
        place: the folders.
        done: counts pictures.
    """
    paths = list(source.files)
    staged = store.stage(paths, place.source)
    look_at_one = partial(_look_at_file, source, paths, done, place.max_side)
    looked = staged.mapPartitionsWithIndex(look_at_one)
    return store.write(looked, place.spills).map(pickle.loads)


def _folder_entries(layout: FolderLayout, paths: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    for path in paths:
        entry = folder_entry(layout, path)
        if entry:
            yield path, entry


def _list_entries(
    source: ListSource, roots: Iterable[bytes]
) -> Iterator[tuple[int, tuple[str, Entry]]]:
    for root in roots:
        for number, entry in enumerate(source.entries_in(Path(root.decode()))):
            yield number, (f"{number:012d}", entry)


def _request(numbered: tuple[str, Entry]) -> bytes:
    return file_request(numbered[1].place or "", MAX_BYTES + 1, pickle.dumps(numbered))


def _look_at_contents(
    pass_over: bool,
    done: Any,
    max_side: int | None,
    elements: Iterable[bytes],
) -> Iterator[bytes]:
    def numbered() -> Iterator[tuple[str, Entry, Load]]:
        for beside, content in pairs(elements):
            number, entry = pickle.loads(beside)  # noqa: S301 - our own, from the task before
            yield number, entry, partial(load_content, content, pass_over)

    return _looked(numbered(), done, max_side)


def load_content(content: bytes | None, pass_over: bool, entry: Entry) -> Loaded:
    """Return what a file holds.

    Args:
        content: of the file; None if it is not there.
        pass_over: whether what is no picture and not named as one is none of ours.
        entry: the picture.

    Raises:
        PassedOver: it is such a file.
        PictureError: it is not there, or larger than a picture may be.
    """
    if content is None:
        raise PictureError("is not there")
    if pass_over:
        check_is_ours(content, entry.where)
    check_length(content)
    return Loaded(content, entry.label or "", entry.name)


def _look_at_file(
    source: FileSource,
    paths: list[str],
    done: Any,
    max_side: int | None,
    index: int,
    roots: Iterable[bytes],
) -> Iterator[bytes]:
    for root in roots:
        path = paths[index]
        entries = (
            (f"{index:08d}{number:012d}", entry, source.load)
            for number, entry in enumerate(source.entries_of(path, Path(root.decode())))
        )
        # Its place is that of the executor's copy, which does not stay.
        placed_nowhere = ((number, unplaced(entry), load) for number, entry, load in entries)
        yield from _looked(placed_nowhere, done, max_side)
        if isinstance(source, TfrecordSource):
            scan = source.scans[path]
            detail = json.dumps([scan.records, scan.bytes, scan.chunk_offsets])
            yield row("scan", "", path, detail)


def unplaced(entry: Entry) -> Entry:
    """Return an entry whose bytes cannot be read again."""
    return Entry(entry.where, entry.name, entry.label, entry.split, entry.group, None, entry.data)


def _looked(
    entries: Iterable[tuple[str, Entry, Load]], done: Any, max_side: int | None
) -> Iterator[bytes]:
    """Yield the elements of ``PictureStore.write``: a spill file where need be, and rows."""
    spill, offset = f"{uuid.uuid4().hex}", 0
    aside: list[bytes] = []

    def put_aside(jpeg: bytes) -> int:
        aside.append(jpeg)
        return offset

    with warnings.catch_warnings():
        # Pillow warns of odd EXIF and the like; what matters is an error of ours.
        warnings.filterwarnings("ignore", module="PIL")
        for number, entry, load in entries:
            looked = look(load, entry, put_aside, max_side)
            for jpeg in aside:
                if not offset:
                    yield FILE + spill.encode()
                yield BYTES + jpeg
                offset += len(jpeg)
            aside.clear()
            done.add(1)
            yield row_of(looked, number + entry.where, spill)
