"""Copies files from file:// and any other file system that fsspec knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import fsspec

from tasks.download.progress import ByteProgress
from tasks.download.transfer import Transfer, UnreachableError, Validators
from tasks.errors import DataError, NetworkError, ParamsError
from tasks.storage.shown import shown

_CHUNK_BYTES = 2**20


def fetch_fsspec(transfer: Transfer) -> Validators | None:
    """Copy the file to ``part``, or return None if it is still the known version."""
    with _source_errors(transfer, UnreachableError):
        files, path = _file_system(transfer)
        facts = files.info(path)
        validators = Validators(etag=str(files.ukey(path)))
    if facts["type"] != "file":
        raise DataError(f"{transfer.shown_url} is a {shown(str(facts['type']))}, expected a file")
    if validators == transfer.known:
        return None
    transfer.drop()
    size = facts.get("size")
    transfer.check_size(size)
    progress = ByteProgress(transfer.shown_url, offset=0, total=size)
    with transfer.part.open("wb") as part:
        for chunk in _chunks(files, path, transfer):
            part.write(chunk)
            progress.add(len(chunk))
            transfer.check_size(progress.done)
    if size not in {None, progress.done}:
        raise NetworkError(f"{transfer.shown_url} broke off after {progress}")
    progress.finish()
    return validators


def _file_system(transfer: Transfer) -> tuple[Any, str]:
    parts = urlsplit(transfer.url)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"}:
            raise ParamsError(f"{transfer.shown_url} names a host, expected file:///absolute/path")
        return fsspec.filesystem("file"), unquote(parts.path)
    if not parts.scheme:
        raise ParamsError(
            f"{transfer.shown_url} has no scheme, expected http, https, file or another"
        )
    try:
        files, path = fsspec.url_to_fs(transfer.url, **transfer.credentials.storage_options)
    except (ValueError, ImportError) as error:
        raise ParamsError(
            f"{transfer.shown_url}: scheme {shown(parts.scheme)!r} cannot be used "
            f"({transfer.reason(error)}); expected http, https, file or one that fsspec knows"
        ) from None
    files.invalidate_cache()
    return files, path


def _chunks(files: Any, path: str, transfer: Transfer) -> Iterator[bytes]:
    with _source_errors(transfer, NetworkError), files.open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk


@contextmanager
def _source_errors(transfer: Transfer, otherwise: type[NetworkError]) -> Iterator[None]:
    """Turn the errors of reading from a file system into Graft's.

    Args:
        transfer: names the source, and has the secrets that no message may have.
        otherwise: the error for everything that is not known to be permanent.
    """
    url = transfer.shown_url
    try:
        yield
    except (ParamsError, DataError):
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{url}: no such file") from None
    except PermissionError:
        raise DataError(f"{url} may not be read: permission denied") from None
    except Exception as error:
        # Every file system has its own exceptions, and any of them may be temporary.
        raise otherwise(f"{url} cannot be read: {transfer.reason(error)}") from None
