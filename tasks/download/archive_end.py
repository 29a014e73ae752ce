"""Ends of archives: a body of unknown length is whole if the archive in it has its end."""

import bz2
import gzip
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

_READ_BYTES = 2**20
# More is not unpacked anyway.
_MAX_BYTES = 64 * 2**30
_TAR_MAGIC = slice(257, 262)
_TAR_END = bytes(1024)
_OPENERS: dict[bytes, Callable[..., IO[Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}


def has_end(path: Path) -> bool | None:
    """Return True if a file has its format's end, False if it lacks it, None if nobody can say.

    A compressed file is decompressed to its end, without keeping anything.

    Args:
        path: a tar, a zip, or a file compressed with gzip, bzip2 or xz; of others the end is not
            known.
    """
    with path.open("rb") as stream:
        start = stream.read(512)
    for magic, opener in _OPENERS.items():
        if start.startswith(magic):
            return _decompresses(path, opener)
    if start.startswith(b"PK\x03\x04"):
        return zipfile.is_zipfile(path)
    if start[_TAR_MAGIC] == b"ustar":
        return _last_bytes(path, len(_TAR_END)) == _TAR_END
    return None


def _decompresses(path: Path, opener: Callable[..., IO[Any]]) -> bool | None:
    total = 0
    try:
        with opener(path) as stream:
            while chunk := stream.read(_READ_BYTES):
                total += len(chunk)
                if total > _MAX_BYTES:
                    return None
    except EOFError:
        return False
    except (OSError, zlib.error, lzma.LZMAError):
        # Damage, or something after the end: the step that unpacks says what.
        return None
    return True


def _last_bytes(path: Path, count: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(-min(count, path.stat().st_size), os.SEEK_END)
        return stream.read()
