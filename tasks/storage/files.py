"""Reading of files at any location; ``tasks.spark.files`` also reads remote ones."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from tasks.errors import SetupError
from tasks.storage.content import Advance, content_sha256
from tasks.storage.locations import Location, RemotePath

# Two readers keep a disk busy; more would only take cores from other work.
_READERS = 2


class Files(Protocol):
    """A reader of files."""

    def sizes(self, folder: Location) -> dict[str, int]:
        """Return the size in bytes of every file below a folder, by its path below the folder.

        Without such a folder it is empty.
        """

    def size(self, path: Location) -> int | None:
        """Return a file's size in bytes, or None if there is no such file."""

    def read(self, path: Location) -> bytes:
        """Return a small file's content."""

    def sha256(self, path: Location, advance: Advance | None = None) -> str:
        """Return the hexadecimal SHA-256 of a file's content, which is read for that."""


class LocalFiles:
    """Files on this machine.

    Every method raises a ``SetupError`` for a remote file.
    """

    def sizes(self, folder: Location) -> dict[str, int]:
        """Return the size in bytes of every file below a folder, by its path below the folder.

        Without such a folder it is empty.
        """
        local = _local(folder)
        found = sorted(path for path in local.rglob("*") if path.is_file())
        return {str(path.relative_to(local)): path.stat().st_size for path in found}

    def size(self, path: Location) -> int | None:
        """Return a file's size in bytes, or None if there is no such file."""
        return _local(path).stat().st_size if _local(path).is_file() else None

    def read(self, path: Location) -> bytes:
        """Return a small file's content."""
        return _local(path).read_bytes()

    def sha256(self, path: Location, advance: Advance | None = None) -> str:
        """Return the hexadecimal SHA-256 of a file's content; see ``content_sha256``."""
        return content_sha256(_local(path), advance)


LOCAL = LocalFiles()


def sha256_of_all(
    files: Files, paths: Mapping[str, Location], advance: Advance | None = None
) -> dict[str, str]:
    """Return the SHA-256 of several files, by the same names.

    Args:
        files: where they lie.
        paths: the files.
        advance: is told of progress.
    """
    lock = threading.Lock()

    def advance_alone(count: int) -> None:
        if advance:
            with lock:
                advance(count)

    with ThreadPoolExecutor(_READERS) as pool:
        digests = pool.map(lambda path: files.sha256(path, advance_alone), paths.values())
        return dict(zip(paths, digests, strict=True))


def _local(path: Location) -> Path:
    if isinstance(path, RemotePath):
        raise SetupError(
            f"{path} is no file of this machine: set GRAFT_HOME to the URL that it was dumped with"
        )
    return path
