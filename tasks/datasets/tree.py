"""The files of a data set, wherever they lie on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tasks.datasets.signature import HEAD_BYTES, kind_of
from tasks.storage.walk import unreadable


@dataclass(frozen=True)
class TreeFile:
    """A file of a data set.

    Attributes:
        path: below the data set's folder, with slashes.
    """

    path: str


class Tree(Protocol):
    """Files below a folder; those that systems and packers leave are counted, not listed."""

    @property
    def root(self) -> Path:
        """The folder."""

    @property
    def junk(self) -> int:
        """Files that are passed over."""

    @property
    def links(self) -> int:
        """Symbolic links that are left out."""

    @property
    def folders(self) -> list[str]:
        """All folders below."""

    def files(self) -> Iterator[TreeFile]:
        """Yield the files, in any order; can be called again."""

    def check_unchanged(self) -> None:
        """Raise a ``DataError`` if a file is not what it was when the folder was listed."""


class SingleFile:
    """One file that is a data set by itself: a list, a Parquet file or a TFRecord file.

    Args:
        path: the file.
    """

    junk = 0
    links = 0

    def __init__(self, path: Path) -> None:
        self.root = path.parent
        self.folders: list[str] = []
        self._name = path.name

    def files(self) -> Iterator[TreeFile]:
        """Yield the file."""
        yield TreeFile(self._name)

    def check_unchanged(self) -> None:
        """Do nothing: what was downloaded stays."""


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        DataError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error


def kind_of_file(path: Path) -> str:
    """Return what a file is, by its first bytes."""
    return kind_of(head_of(path))
