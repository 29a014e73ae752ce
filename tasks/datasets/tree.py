"""The files of a data set, wherever they lie on this machine."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from tasks.datasets.names import is_junk, shown
from tasks.datasets.signature import HEAD_BYTES, kind_of
from tasks.errors import DataError


@dataclass(frozen=True)
class TreeFile:
    """A file of a data set.

    Attributes:
        path: below the data set's folder, with slashes.
        sha256: what its content was when it was listed, where that is known.
    """

    path: str
    sha256: bytes | None = None


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


class Folder:
    """A folder of this machine as it is.

    A symbolic link is left out and counted where it leads to somewhere within the folder.

    Args:
        root: the folder.
        junk: files that were passed over before.
        links: symbolic links that were left out before.
    """

    def __init__(self, root: Path, *, junk: int = 0, links: int = 0) -> None:
        self.root = root
        self._before = _Survey(junk, links, [])

    @property
    def junk(self) -> int:
        """Files that are passed over."""
        return self._survey.junk

    @property
    def links(self) -> int:
        """Symbolic links that are left out."""
        return self._survey.links

    @property
    def folders(self) -> list[str]:
        """All folders below."""
        return self._survey.folders

    def files(self) -> Iterator[TreeFile]:
        """Yield the files, in any order; can be called again.

        Raises:
            DataError: a symbolic link leads out of the folder.
        """
        for path, entry in self._walk():
            if entry.is_file(follow_symlinks=False) and not is_junk(path):
                yield TreeFile(path)

    @cached_property
    def _survey(self) -> "_Survey":
        survey = replace(self._before, folders=[])
        for path, entry in self._walk():
            survey.links += entry.is_symlink()
            survey.junk += entry.is_file(follow_symlinks=False) and is_junk(path)
            if entry.is_dir(follow_symlinks=False) and not is_junk(f"{path}/file"):
                survey.folders.append(path)
        return survey

    def _walk(self) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
        """Yield paths below the root; one folder's entries are never all in memory."""
        real = os.path.realpath(self.root)
        waiting = [(str(self.root), "")]
        while waiting:
            folder, prefix = waiting.pop()
            for entry in _entries(folder):
                path = prefix + entry.name
                if entry.is_symlink():
                    _check_link(path, entry.path, real)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{path}/"))
                yield path, entry


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


def unreadable(path: Path, error: OSError) -> DataError:
    """Return the error of a file of the source that cannot be read."""
    return DataError(f"{shown(str(path))} cannot be read: {error.strerror or error}")


@dataclass
class _Survey:
    junk: int
    links: int
    folders: list[str]


def _entries(folder: str) -> Iterator["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            yield from found
    except OSError as error:
        raise unreadable(Path(folder), error) from error


def _check_link(path: str, absolute: str, root: str) -> None:
    target = os.path.realpath(absolute)
    if target != root and not target.startswith(f"{root}{os.sep}"):
        raise DataError(
            f"{shown(path)} is a link to {shown(target)}, outside of {shown(root)}; expected files "
            "and folders: put the files there, or give the folder that they lie in"
        )
