"""SHA-256 of a file; a process reads a file once, and again only if the file has changed."""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK_BYTES = 2**20
_MOST_REMEMBERED = 2**18

#: Gets the number of bytes that were read since the last call.
Advance = Callable[[int], None]


def content_sha256(path: Path, advance: Advance | None = None) -> str:
    """Return the hexadecimal SHA-256 of a file's content.

    Args:
        path: the file.
        advance: is told of progress, unless the digest is known already.
    """
    stat = path.stat()
    identity = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    return _hash(_File(identity, path, advance))


@dataclass(frozen=True)
class _File:
    """A file as it is now: equal to its hard links, and to no other version of it."""

    identity: tuple[int, ...]
    path: Path = field(compare=False)
    advance: Advance | None = field(compare=False)


@functools.lru_cache(maxsize=_MOST_REMEMBERED)
def _hash(file: _File) -> str:
    digest = hashlib.sha256()
    with file.path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            if file.advance:
                file.advance(len(chunk))
    return digest.hexdigest()
