"""Walks a folder that a user gave, without leaving it and without holding its names."""

import os
from collections.abc import Iterator
from pathlib import Path

from tasks.errors import DataError


def walk(root: Path, *, ordered: bool = False) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """Yield everything below a folder: its path with slashes, and what the system says of it.

    Symbolic links are yielded and not followed.

    Args:
        root: the folder.
        ordered: yield in the order of the paths' parts, for which the names of one folder at a
            time are held; else in the order of the file system.

    Raises:
        DataError: a folder cannot be read, or a symbolic link leads out of ``root``.
    """
    real = os.path.realpath(root)
    waiting = [_entries(str(root), "", ordered=ordered)]
    while waiting:
        path, entry = next(waiting[-1], ("", None))
        if entry is None:
            waiting.pop()
            continue
        if entry.is_symlink():
            _check_link(path, entry.path, real)
        yield path, entry
        if entry.is_dir(follow_symlinks=False):
            waiting.append(_entries(entry.path, f"{path}/", ordered=ordered))


def unreadable(path: Path, error: OSError) -> DataError:
    """Return the error of a file or folder of the source that cannot be read."""
    return DataError(f"{str(path)!r} cannot be read: {error.strerror or error}")


def _entries(
    folder: str, prefix: str, *, ordered: bool
) -> Iterator[tuple[str, "os.DirEntry[str] | None"]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name) if ordered else found
            for entry in entries:
                yield prefix + entry.name, entry
    except OSError as error:
        raise unreadable(Path(folder), error) from error


def _check_link(path: str, absolute: str, root: str) -> None:
    target = os.path.realpath(absolute)
    if target != root and not target.startswith(f"{root}{os.sep}"):
        raise DataError(
            f"{path!r} is a link to {target!r}, outside of {root!r}; expected files and folders: "
            "put the files there, or give the folder that they lie in"
        )
