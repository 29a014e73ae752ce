"""Reading of small files wherever they lie; ``tasks.spark.files`` reads remote ones, too."""

from typing import Protocol

from tasks.errors import SetupError
from tasks.storage.locations import Location, RemotePath


class Files(Protocol):
    """What a dump's description is read through."""

    def size(self, path: Location) -> int | None:
        """Return a file's size in bytes, None where there is no such file."""

    def read(self, path: Location) -> bytes:
        """Return a small file's content."""


class LocalFiles:
    """Files of this machine.

    Every method raises a ``SetupError`` for a remote one.
    """

    def size(self, path: Location) -> int | None:
        """Return a file's size in bytes, None where there is no such file."""
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
