"""The files of a folder as executors list them, and the summary that comes to the driver."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tasks.conversion.store import PictureStore
from tasks.conversion.summary import Summary
from tasks.datasets.names import is_junk, shown
from tasks.errors import DataError
from tasks.spark.errors import user_errors
from tasks.storage.locations import Location

_DEEPEST = 64
_FILES_PER_TASK = 2000
_FEWEST_PER_TASK = 50
_MOST_TASKS = 20_000


@dataclass(frozen=True)
class Listed:
    """A folder that was listed.

    Attributes:
        files: an RDD of the paths of all files but junk, on the executors' disks.
        folders: paths of all folders, junk left out.
        summary: what the driver knows of the files.
    """

    files: Any
    folders: list[str]
    summary: Summary


def list_files(store: PictureStore, root: Location) -> Listed:
    """List everything below a folder, each of its folders by one task.

    Only the names of folders come to the driver.

    Raises:
        DataError: a folder cannot be read, or folders are nested too deep.
    """
    from pyspark import StorageLevel

    levels, folders, waiting = [], [], [""]
    while waiting:
        if waiting[0].count("/") >= _DEEPEST:
            raise DataError(f"{shown(waiting[0])} is nested deeper than {_DEEPEST} folders")
        level = store.list(waiting, root).persist(StorageLevel.DISK_ONLY)
        levels.append(level)
        with user_errors():
            waiting = sorted(level.filter(_is_folder).map(_path).collect())
        folders += waiting
    entries = store.spark.union(levels)
    with user_errors():
        summary = entries.mapPartitions(_summarise).treeReduce(Summary.merge)
    total = sum(facts.files for facts in summary.folders.values())
    return Listed(
        spread(entries.filter(_is_ours).map(_path), total, store.spark.defaultParallelism),
        [folder for folder in folders if not is_junk(f"{folder}/file")],
        summary,
    )


def list_one(store: PictureStore, name: str, size: int, changed: int = 0) -> Listed:
    """Return the listing of a source that is one file.

    Args:
        store: the files.
        name: its name.
        size: of it, in bytes.
        changed: time of its last change, in milliseconds since 1970.
    """
    summary = Summary()
    summary.note(name, size, changed)
    return Listed(store.distribute([name]), [], summary)


def spread(paths: Any, total: int, cores: int) -> Any:
    """Return an RDD of paths in even partitions that are the same whenever they are made anew."""
    few = min(4 * cores, 1 + total // _FEWEST_PER_TASK)
    return in_parts(paths, min(max(total // _FILES_PER_TASK, few), _MOST_TASKS))


def in_parts(paths: Any, count: int) -> Any:
    """Return an RDD of paths in so many partitions; a path's own bytes tell its partition."""
    keyed = paths.map(lambda path: (path, None))
    return keyed.partitionBy(count, lambda path: zlib.crc32(_encoded(path))).keys()


def _summarise(entries: Iterable[bytes]) -> Iterator[Summary]:
    summary = Summary()
    for entry in entries:
        if entry.startswith(b"f"):
            size, changed, path = entry[1:].decode().split("\t", 2)
            summary.note(path, int(size), int(changed))
        summary.links += entry.startswith(b"l")
    yield summary


def _path(entry: bytes) -> str:
    return entry.decode().split("\t", 2)[2]


def _is_folder(entry: bytes) -> bool:
    return entry.startswith(b"d")


def _is_ours(entry: bytes) -> bool:
    return entry.startswith(b"f") and not is_junk(_path(entry))


def _encoded(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
