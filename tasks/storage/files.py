"""Reading of small files at any location; ``tasks.spark.files`` also reads remote ones."""

from typing import Protocol

from tasks.errors import SetupError
from tasks.storage.locations import Location, RemotePath


class Files(Protocol):
    """A reader of small files, such as a dump's description."""

    def size(self, path: Location) -> int | None:
        """Return a file's size in bytes, or None if there is no such file."""

    def read(self, path: Location) -> bytes:
        """Return a small file's content."""


class LocalFiles:
    """Files on this machine.

    Every method raises a ``SetupError`` for a remote file.
    """

    def size(self, path: Location) -> int | None:
        """Return a file's size in bytes, or None if there is no such file."""
        if isinstance(path, RemotePath):
            raise _needs_hadoop(path)
        return path.stat().st_size if path.is_file() else None

    def read(self, path: Location) -> bytes:
        """Return a small file's content."""
        if isinstance(path, RemotePath):
            raise _needs_hadoop(path)
        return path.read_bytes()


LOCAL = LocalFiles()


def _needs_hadoop(path: RemotePath) -> SetupError:
    return SetupError(
        f"{path} is no file of this machine: set GRAFT_HOME to the URL that it was dumped with"
    )
