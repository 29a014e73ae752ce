"""Files on this machine: written whole or not at all, with errors that name the file."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.errors import StorageError

#: The most bytes of a JSON file; the largest has a number for every 64 records of a data set.
MAX_JSON_BYTES = 256 * 2**20

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}


def file_sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's errors on writing below ``path`` into a ``StorageError``."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            free = free_space(path)[1] / 2**20
            raise StorageError(
                f"no room left while writing {error.filename or path}: {free:,.0f} MiB free; "
                "make room or set GRAFT_HOME to a larger disk, then run again"
            ) from error
        if error.errno in _NO_PERMISSION:
            raise StorageError(
                f"cannot write {error.filename or path}: {os.strerror(error.errno or 0)}; "
                "set GRAFT_HOME to a folder that this user may write"
            ) from error
        raise


def read_json_file(path: Path, max_bytes: int = MAX_JSON_BYTES) -> Any:
    """Return the content of a JSON file that Graft wrote.

    Args:
        path: the file.
        max_bytes: the most that it may have.

    Raises:
        ValueError: it is larger, no UTF-8 text, no JSON, or nested too deep.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(f"it has more than {max_bytes:,} bytes")
    return parse_json(content)


def parse_json(content: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is no UTF-8 text, no JSON, or nested too deep.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write ``content`` beside ``path`` and rename it into place."""
    write_text(path, json.dumps(content, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 beside ``path`` and rename it into place."""
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def make_folder(path: Path) -> None:
    """Make a folder that other users may read, if they may read its parent, whatever the umask."""
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(exist_ok=True)
        path.chmod(0o755)


def open_to_readers(folder: Path) -> None:
    """Let other users read a folder and all below it, whatever the umask was."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def free_space(path: Path) -> tuple[Path, int]:
    """Return ``path``, or the nearest parent that exists, and the free bytes on its disk."""
    existing = next(parent for parent in [path, *path.parents] if parent.exists())
    return existing, shutil.disk_usage(existing).free
