"""The files of a folder as executors list them, and the summary that comes to the driver."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tasks.conversion.store import PictureStore
from tasks.datasets.folder_layout import named_as_picture
from tasks.datasets.labels import LABEL_FILES
from tasks.datasets.names import is_junk, shown
from tasks.datasets.recognise import MOST_OPENED, UNFINISHED, is_list_name
from tasks.datasets.shard_names import looks_like_shard
from tasks.errors import DataError
from tasks.spark.errors import user_errors
from tasks.storage.locations import Location

_DEEPEST = 64
_FILES_PER_TASK = 2000
_MOST_TASKS = 20_000


@dataclass
class FolderFacts:
    """Files directly in one folder, junk left out.

    Attributes:
        files: how many there are.
        pictures: how many are named as pictures.
        picture: the first of these by name.
        other: the first of the others.
    """

    files: int = 0
    pictures: int = 0
    picture: str = ""
    other: str = ""

    def add(self, more: "FolderFacts") -> None:
        """Count what another task found in the same folder."""
        self.files += more.files
        self.pictures += more.pictures
        self.picture = _first(self.picture, more.picture)
        self.other = _first(self.other, more.other)


@dataclass
class Summary:
    """All files, as far as the layout depends on them; it grows with folders, not with pictures.

    Attributes:
        folders: facts by the path of the folder.
        sizes: bytes of the files that may tell the layout, by path: those named as lists, as label
            files or as TFRecord files, and the first ones of no telling name.
        unnamed: those of ``sizes`` with no telling name.
        junk: how many files systems and packers left.
        links: how many symbolic links there are.
    """

    folders: dict[str, FolderFacts] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    unnamed: list[str] = field(default_factory=list)
    junk: int = 0
    links: int = 0

    def note(self, path: str, size: int) -> None:
        """Count a file."""
        if is_junk(path):
            self.junk += 1
            return
        facts = self.folders.setdefault(path.rpartition("/")[0], FolderFacts())
        named = named_as_picture(path)
        facts.add(FolderFacts(1, named, path if named else "", "" if named else path))
        if named:
            return
        telling = is_telling(path)
        if telling or len(self.unnamed) < MOST_OPENED:
            self.sizes[path] = size
            if not telling:
                self.unnamed.append(path)

    def merge(self, other: "Summary") -> "Summary":
        """Return this summary with what another task found."""
        for folder, facts in other.folders.items():
            self.folders.setdefault(folder, FolderFacts()).add(facts)
        self.sizes.update(other.sizes)
        self.unnamed = sorted([*self.unnamed, *other.unnamed])
        for path in self.unnamed[MOST_OPENED:]:
            del self.sizes[path]
        del self.unnamed[MOST_OPENED:]
        self.junk += other.junk
        self.links += other.links
        return self


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


def list_one(store: PictureStore, name: str, size: int) -> Listed:
    """Return the listing of a source that is one file.

    Args:
        store: the files.
        name: its name.
        size: of it, in bytes.
    """
    summary = Summary()
    summary.note(name, size)
    return Listed(store.distribute([name]), [], summary)


def spread(paths: Any, total: int, cores: int) -> Any:
    """Return an RDD of paths in even partitions that are the same whenever they are made anew."""
    count = min(max(total // _FILES_PER_TASK, 4 * cores), _MOST_TASKS)
    keyed = paths.map(lambda path: (path, None))
    return keyed.partitionBy(count, lambda path: zlib.crc32(_encoded(path))).keys()


def is_telling(path: str) -> bool:
    """Return whether a file's name says that the layout may depend on it."""
    name = path.rpartition("/")[2].lower()
    named = name in LABEL_FILES or is_list_name(name) or name == UNFINISHED
    return named or looks_like_shard(path)


def _summarise(entries: Iterable[bytes]) -> Iterator[Summary]:
    summary = Summary()
    for entry in entries:
        if entry.startswith(b"f"):
            size, _, path = entry[1:].decode().partition("\t")
            summary.note(path, int(size))
        summary.links += entry.startswith(b"l")
    yield summary


def _path(entry: bytes) -> str:
    return entry.decode().partition("\t")[2]


def _is_folder(entry: bytes) -> bool:
    return entry.startswith(b"d")


def _is_ours(entry: bytes) -> bool:
    return entry.startswith(b"f") and not is_junk(_path(entry))


def _encoded(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _first(one: str, other: str) -> str:
    return min(one, other) if one and other else one or other
