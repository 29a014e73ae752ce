"""Marks artefacts as in use, so that ``graft gc`` keeps them.

A process holds a shared lock on the manifest of every artefact that it uses, until it ends; the
operating system releases the locks of a killed process. The manifest's time of modification is the
time of the last use. ``graft gc`` deletes an artefact only while it has the lock for itself.
"""

import errno
import fcntl
import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tasks.storage.manifest import MANIFEST

# No run uses as many at once; a process that looks at more gives up the first.
_MOST_HELD = 64
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}


def hold(path: Path) -> bool:
    """Hold the artefact in the folder ``path`` until this process ends.

    Returns:
        True if it is held; False if it is gone, since another process may delete it at any time
        before.
    """
    manifest = path / MANIFEST
    try:
        inode = manifest.stat().st_ino
        _open_shared(manifest, inode)
        with suppress(PermissionError):  # the files may be another user's
            os.utime(manifest)
        return manifest.stat().st_ino == inode
    except (FileNotFoundError, NotADirectoryError):
        return False


@contextmanager
def held_alone(path: Path) -> Iterator[bool]:
    """Yield True and hold the artefact in ``path`` alone, or yield False if that is impossible.

    It is impossible while a process holds the artefact; a file system without locks has no say.
    """
    with (path / MANIFEST).open("r+b") as manifest:
        try:
            _lock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def last_use(path: Path) -> float:
    """Return the time of the last use of the artefact in ``path``, in seconds since 1970."""
    return (path / MANIFEST).stat().st_mtime


@functools.lru_cache(maxsize=_MOST_HELD)
def _open_shared(manifest: Path, _inode: int) -> IO[bytes]:
    """Return a manifest that is open and locked for as long as it is remembered."""
    stream = manifest.open("rb")
    _lock(stream, fcntl.LOCK_SH)
    return stream


def _lock(stream: IO[bytes], operation: int) -> None:
    try:
        fcntl.flock(stream, operation)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
