"""A folder that is elsewhere: copied file by file over several connections, resumed by file."""

import posixpath
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import tenacity

from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.fsspec import fetch_fsspec
from tasks.download.http import fetch_http
from tasks.download.remote_listing import RemoteFile
from tasks.download.transfer import DEFAULT_MAX_BYTES, RetryPolicy, TooLargeError, Transfer
from tasks.errors import DataError, NetworkError
from tasks.storage.progress import ByteProgress

_CONNECTIONS = 8


def copy_files(
    url: str,
    files: Iterable[RemoteFile],
    folder: Path,
    policy: RetryPolicy,
    *,
    credentials: Credentials = NO_CREDENTIALS,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> Iterator[str]:
    """Copy files into ``folder`` and yield the path of each that is there, in their order.

    A file that is there already is not copied again.

    Args:
        url: of the folder that they are in.
        files: which ones.
        folder: where to; what is under way is in files ``.part`` beside.
        policy: number of attempts and waiting times.
        credentials: for the source.
        max_bytes: the most bytes that the files may have together.

    Raises:
        DataError: the files are larger than allowed.
        NetworkError: a file could not be had in all attempts.
    """
    listed = list(files)
    sizes = [file.size for file in listed]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    whole = Transfer(url, folder, None, policy, credentials, max_bytes, quiet=True)
    whole.check_size(total)
    progress = ByteProgress(whole.shown_url, offset=0, total=total)
    with ThreadPoolExecutor(_CONNECTIONS, "copies") as pool:
        try:
            for file, size in zip(listed, pool.map(partial(_copy, whole), listed), strict=True):
                if size is not None:
                    progress.add(size)
                    whole.check_size(progress.done)
                    yield file.path
        finally:
            pool.shutdown(cancel_futures=True)
    progress.finish()


def _copy(whole: Transfer, file: RemoteFile) -> int | None:
    """Copy a file and return its size; None if there is none of that name."""
    path = whole.part / file.path
    if path.is_file():
        return path.stat().st_size
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    transfer = replace(whole, url=file_url(whole.url, file.path), part=part)
    try:
        if urlsplit(whole.url).scheme in {"http", "https"}:
            fetch_http(transfer)
        else:
            _retrying(whole.policy)(fetch_fsspec, transfer)
    except TooLargeError:
        raise
    except DataError:
        # What a list names and the source does not have is told when the list is read.
        if file.version:
            raise
        return None
    transfer.sidecar.unlink(missing_ok=True)
    return part.rename(path).stat().st_size


def file_url(url: str, path: str) -> str:
    """Return the URL of a file in a folder; a query of the folder's goes along.

    >>> file_url("https://host/data?key=1", "a b/1.jpg")
    'https://host/data/a%20b/1.jpg?key=1'
    """
    parts = urlsplit(url)
    name = path if parts.scheme not in {"http", "https"} else quote(path, safe="/%")
    return parts._replace(path=posixpath.join(parts.path, name)).geturl()


def _retrying(policy: RetryPolicy) -> tenacity.Retrying:
    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(policy.attempts),
        wait=tenacity.wait_exponential_jitter(
            multiplier=policy.first_wait, max=policy.longest_wait, jitter=policy.first_wait
        ),
        retry=tenacity.retry_if_exception_type(NetworkError),
        reraise=True,
    )
