"""A folder of this machine: listed with digests, not copied."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tasks.download.listing import ListedFile
from tasks.errors import DataError
from tasks.storage.local_files import file_sha256
from tasks.storage.parallel import in_parallel
from tasks.storage.walk import unreadable, walk

# A file that was changed this shortly before it was listed may have been changed again, without
# another time: file systems count in ticks.
_TICK_NS = 2 * 10**9
_BATCH = 16


class LocalFolder:
    """Files of a folder, or some of them.

    Args:
        root: the folder.
        names: paths below it; all files if it is None. Those that are not there are left out.
    """

    def __init__(self, root: Path, names: Iterable[str] | None = None) -> None:
        self.links = 0
        self.folders: list[str] = []
        self._root = root
        self._names = names

    def files(self, known: Iterable[ListedFile], listed_ns: int) -> Iterator[ListedFile]:
        """Yield all files with their digests, in the order of their paths' parts.

        Args:
            known: what they were when they were last listed, in the same order; a file of the same
                size and time of change is not read again.
            listed_ns: when that was, in nanoseconds.

        Raises:
            DataError: a file cannot be read, or was changed meanwhile.
        """

        def work(batch: list[tuple[str, ListedFile | None]]) -> list[ListedFile]:
            return [_listed(self._root, path, before, listed_ns) for path, before in batch]

        pairs = _paired(self._paths(), iter(known))
        for batch in in_parallel(work, _batches(pairs), len, 10_000):
            yield from batch

    def _paths(self) -> Iterator[str]:
        if self._names is not None:
            for path in sorted(set(self._names), key=lambda path: path.split("/")):
                if (self._root / path).is_file():
                    yield path
            return
        for path, entry in walk(self._root, ordered=True):
            if entry.is_symlink():
                self.links += 1
            elif entry.is_dir():
                self.folders.append(path)
            elif entry.is_file():
                yield path


def _paired(
    paths: Iterable[str], known: Iterator[ListedFile]
) -> Iterator[tuple[str, ListedFile | None]]:
    """Yield every path with what is known of it; both are in the same order."""
    before = next(known, None)
    for path in paths:
        parts = tuple(path.split("/"))
        while before and before.parts < parts:
            before = next(known, None)
        yield path, before if before and before.path == path else None


def _batches(
    pairs: Iterable[tuple[str, ListedFile | None]],
) -> Iterator[list[tuple[str, ListedFile | None]]]:
    batch = []
    for pair in pairs:
        batch.append(pair)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _listed(root: Path, path: str, before: ListedFile | None, listed_ns: int) -> ListedFile:
    file = root / path
    try:
        facts = file.stat()
        settled = facts.st_mtime_ns < listed_ns - _TICK_NS
        if before and settled and (before.size, before.mtime_ns) == _version(facts):
            return before
        sha256 = file_sha256(file)
        after = file.stat()
    except OSError as error:
        raise unreadable(file, error) from error
    if _version(facts) != _version(after):
        raise DataError(f"{str(file)!r} was changed while it was read; run again")
    return ListedFile(path, sha256, facts.st_size, facts.st_mtime_ns)


def _version(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_size, facts.st_mtime_ns
