"""Copies files from file:// and any other file system that fsspec knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import fsspec
from fsspec.asyn import AsyncFileSystem
from fsspec.spec import AbstractFileSystem

from tasks.download.credentials import Credentials
from tasks.download.transfer import Transfer, UnreachableError, Validators, reason
from tasks.errors import DataError, NetworkError, ParamsError
from tasks.storage.locations import local_path
from tasks.storage.progress import ByteProgress
from tasks.storage.redaction import redact
from tasks.storage.shown import shown

_CHUNK_BYTES = 2**20
# What file systems call that which changes when a file does.
_VERSIONS = ("ETag", "etag", "generation", "md5Hash", "mtime", "LastModified", "created")


def fetch_fsspec(transfer: Transfer) -> Validators | None:
    """Copy the file to ``part``, or return None if it is still the known version."""
    with _source_errors(transfer.url, transfer.credentials, UnreachableError):
        files, path = _file_system(transfer.url, transfer.credentials)
        facts = files.info(path)
        validators = Validators(etag=str(files.ukey(path)))
    if facts["type"] != "file":
        raise DataError(f"{transfer.shown_url} is a {shown(str(facts['type']))}, expected a file")
    if validators == transfer.known:
        return None
    transfer.drop()
    size = facts.get("size")
    transfer.check_size(size)
    progress = ByteProgress(transfer.shown_url, offset=0, total=size, quiet=transfer.quiet)
    with transfer.part.open("wb") as part:
        for chunk in _chunks(files, path, transfer):
            part.write(chunk)
            progress.add(len(chunk))
            transfer.check_size(progress.done)
    if size not in {None, progress.done}:
        raise NetworkError(f"{transfer.shown_url} broke off after {progress}")
    progress.finish()
    return validators


def is_fsspec_folder(url: str, credentials: Credentials) -> bool:
    """Return True if there is a folder at a URL.

    Raises:
        ParamsError: the URL is malformed, or its scheme is not known.
        DataError: the URL may not be read.
        UnreachableError: the source does not answer.
    """
    with _source_errors(url, credentials, UnreachableError):
        files, path = _file_system(url, credentials)
        try:
            # Not isdir, which says of what cannot be reached that it is no folder.
            return bool(files.info(path)["type"] == "directory")
        except (FileNotFoundError, NotADirectoryError):
            return False


def list_fsspec(url: str, credentials: Credentials) -> Iterator[tuple[str, int | None, str]]:
    """Yield path below the folder, size and version of every file in a folder.

    Raises:
        DataError: there is no such folder, or one in it cannot be listed.
        UnreachableError: the source does not answer.
    """
    with _source_errors(url, credentials, UnreachableError):
        files, root = _file_system(url, credentials)
        prefix = f"{root.rstrip('/')}/"
        if _walks_to_find(files):
            found = dict(_walk(files, root, prefix, url))
        else:
            found = files.find(root, detail=True)
    for path, facts in found.items():
        # Object stores list folders as empty objects whose names end in a slash.
        if facts.get("type") == "file" and not path.endswith("/"):
            version = [str(facts.get(key, "")) for key in _VERSIONS]
            yield path.removeprefix(prefix), facts.get("size"), " ".join(version)


def _walks_to_find(files: Any) -> bool:
    """Return whether a file system has no listing of its own, but fsspec's walk."""
    if isinstance(files, AsyncFileSystem):
        return type(files)._find is AsyncFileSystem._find
    return type(files).find is AbstractFileSystem.find


def _walk(files: Any, root: str, prefix: str, url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what ``find`` does; fsspec's own leaves out folders that it cannot list, in silence."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            listed = files.ls(folder, detail=True)
        except OSError as error:
            name = folder.removeprefix(prefix)
            if folder == root:
                raise
            raise DataError(
                f"{redact(url)}: folder {shown(name)!r} cannot be listed: "
                f"{shown(error.strerror or str(error))}; expected one that may be read"
            ) from None
        for facts in listed:
            path = facts["name"].rstrip("/")
            if facts["type"] == "directory" and path != folder.rstrip("/"):
                waiting.append(path)
            else:
                yield facts["name"], facts


def _file_system(url: str, credentials: Credentials) -> tuple[Any, str]:
    parts = urlsplit(url)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"}:
            raise ParamsError(f"{redact(url)} names a host, expected file:///absolute/path")
        return fsspec.filesystem("file"), str(local_path(url))
    if not parts.scheme:
        raise ParamsError(f"{redact(url)} has no scheme, expected http, https, file or another")
    try:
        files, path = fsspec.url_to_fs(url, **credentials.storage_options)
    except (ValueError, ImportError) as error:
        why = reason(error, url, credentials)
        raise ParamsError(
            f"{redact(url)}: scheme {shown(parts.scheme)!r} cannot be used ({why}); expected http, "
            "https, file or one that fsspec knows"
        ) from None
    files.invalidate_cache()
    return files, path


def _chunks(files: Any, path: str, transfer: Transfer) -> Iterator[bytes]:
    errors = _source_errors(transfer.url, transfer.credentials, NetworkError)
    with errors, files.open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk


@contextmanager
def _source_errors(
    url: str, credentials: Credentials, otherwise: type[NetworkError]
) -> Iterator[None]:
    """Turn the errors of reading from a file system into Graft's.

    Args:
        url: named in the messages.
        credentials: no message may have them.
        otherwise: the error for everything that is not known to be permanent.
    """
    try:
        yield
    except (ParamsError, DataError):
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{redact(url)}: no such file") from None
    except PermissionError:
        raise DataError(f"{redact(url)} may not be read: permission denied") from None
    except Exception as error:
        # Every file system has its own exceptions, and any of them may be temporary.
        raise otherwise(
            f"{redact(url)} cannot be read: {reason(error, url, credentials)}"
        ) from None
