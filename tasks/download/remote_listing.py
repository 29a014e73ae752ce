"""The list of a folder that is elsewhere: paths, sizes and versions, checked."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.fsspec import list_fsspec
from tasks.errors import DataError
from tasks.storage.archive import MAX_BYTES
from tasks.storage.redaction import redact
from tasks.storage.shown import shown

_MOST_FILES = 2_000_000


@dataclass(frozen=True)
class RemoteFile:
    """A file as its source lists it.

    Attributes:
        path: below the folder, with slashes.
        size: in bytes; None where the source does not say.
        version: what tells one version of it from another.
    """

    path: str
    size: int | None
    version: str


def list_remote(url: str, credentials: Credentials = NO_CREDENTIALS) -> list[RemoteFile]:
    """Return the files below a folder, in the order of their paths' parts.

    Raises:
        DataError: a name cannot be trusted, or there are no files or too many.
        NetworkError: the source does not answer.
    """
    files = [
        RemoteFile(path, size, version) for path, size, version in list_fsspec(url, credentials)
    ]
    for file in files:
        check_path(file.path, url)
    size = sum(file.size or 0 for file in files)
    if len(files) > _MOST_FILES or size > MAX_BYTES:
        raise DataError(
            f"{redact(url)} has {len(files):,} files of {size:,} bytes, expected at most "
            f"{_MOST_FILES:,} files of {MAX_BYTES:,} bytes"
        )
    if not files:
        raise DataError(f"{redact(url)} has no files")
    return sorted(files, key=lambda file: file.path.split("/"))


def check_path(path: str, url: str) -> None:
    """Raise a ``DataError`` if a path leads out of its folder, or cannot be printed or written."""
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or ".." in pure.parts or "\0" in path or "://" in path:
        raise DataError(
            f"{redact(url)} has a file {shown(path)!r}, expected a path within the folder"
        )
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in path):
        raise DataError(
            f"{redact(url)} has a file {path[:200]!r}, expected UTF-8 without control characters"
        )


def fingerprint(files: Iterable[RemoteFile]) -> str:
    """Return a digest that changes when a file of the folder does."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(json.dumps([file.path, file.size, file.version]).encode())
    return digest.hexdigest()
