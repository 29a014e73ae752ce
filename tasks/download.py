"""Downloads a URL once: resumed where it broke off, checked, and kept under its content's digest.

Below the downloads folder, ``partial/`` holds what is under way and ``sources/`` what each URL last
gave; both are named after a digest of the URL, which may hold a password. Everything else there is
an artefact with one file.
"""

import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import fsspec
import requests
import tenacity
import urllib3
from filelock import FileLock

from tasks.artifact import (
    MANIFEST,
    Artifact,
    build,
    digest_of,
    file_sha256,
    find,
    read_manifest,
    storage_errors,
    write_json,
)
from tasks.errors import DataError, GraftError, NetworkError, ParamsError
from tasks.paths import safe_name

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 2**20
_MIB = 2**20
_PROGRESS_SECONDS = 5.0
_TEMPORARY_STATUSES = {408, 429}
_USER = re.compile(r"(?<=://)[^/?#]*@")
_QUERY = re.compile(r"([?#]).*", re.DOTALL)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


@dataclass(frozen=True)
class RetryPolicy:
    """How long a server is waited for, and how often it is asked.

    Attributes:
        attempts: requests in all.
        connect_timeout: seconds until a connection is there.
        read_timeout: seconds until the next bytes are there.
        first_wait: seconds between the first two attempts, doubled after each and jittered.
        longest_wait: seconds that no wait exceeds.
    """

    attempts: int = 5
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    first_wait: float = 1.0
    longest_wait: float = 30.0


DEFAULT_POLICY = RetryPolicy()


class _UnreachableError(NetworkError):
    """There was no answer at all, so what was downloaded before is as good as it gets."""


@dataclass(frozen=True)
class _Validators:
    """What a source says to tell one version of a file from another."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class _Source:
    """What a URL last gave."""

    url: str
    etag: str | None
    last_modified: str | None
    size: int
    sha256: str
    artifact: str
    downloaded_at: str


@dataclass(frozen=True)
class _Transfer:
    """One download under way.

    Attributes:
        url: where from.
        part: where to, until it is whole.
        known: the validators of the version that is there already.
        policy: how to retry.
    """

    url: str
    part: Path
    known: _Validators | None
    policy: RetryPolicy

    @property
    def sidecar(self) -> Path:
        """Says which version of the file ``part`` is the beginning of."""
        return self.part.with_name(f"{self.part.name}.json")

    def drop(self) -> None:
        """Forget what was transferred so far."""
        self.sidecar.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)


def download(
    url: str, downloads: Path, sha256: str | None = None, *, policy: RetryPolicy = DEFAULT_POLICY
) -> Artifact:
    """Return the artefact that holds the file at a URL, downloading it if need be.

    A file that is there already is used as it is when it has the ``sha256`` asked for, when the
    source says that it has not changed, or, with a warning, when the source does not answer.

    Args:
        url: http(s), file, or any file system that fsspec knows.
        downloads: where downloads live.
        sha256: 64 hexadecimal digits that the content must have.
        policy: how long to wait for a server, and how often.

    Raises:
        ParamsError: the URL is malformed, names no file, or its scheme is not known.
        DataError: there is no such file, or it does not have the ``sha256``.
        NetworkError: the source did not answer, or broke off, in all attempts.
        StorageError: ``downloads`` cannot be written, or the disk is full.
    """
    started = time.monotonic()
    name = file_name(url)
    key = digest_of({"url": url})
    partial_folder = downloads / "partial"
    with storage_errors(downloads):
        partial_folder.mkdir(parents=True, exist_ok=True)
        with FileLock(partial_folder / f"{key}.lock"):
            artifact = find(downloads, _recipe(sha256, name)) if sha256 else None
            if artifact:
                logger.info("reused %s: it has the SHA-256 asked for", artifact.path / name)
            else:
                artifact = _refresh(url, downloads, sha256, policy)
    return replace(artifact, seconds=time.monotonic() - started)


def downloaded_file(artifact_path: Path) -> Path:
    """Return the one file of a downloaded artefact.

    Raises:
        DataError: the folder is not one that ``download`` made.
    """
    try:
        (name,) = read_manifest(artifact_path)["files"]
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{artifact_path} is not a download, expected {MANIFEST}") from error
    return artifact_path / str(name)


def file_name(url: str) -> str:
    """Return the name under which the file at a URL is kept.

    >>> file_name("http://example.org/data/flowers%20v2.tar.gz?token=1")
    'flowers_v2.tar.gz'

    Raises:
        ParamsError: the URL is malformed or names no file.
    """
    try:
        base = unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        raise ParamsError(f"{redact(url)} is malformed, expected scheme://host/path") from None
    if base in {"", ".", ".."}:
        raise ParamsError(f"{redact(url)} names no file, expected a URL that ends in a file name")
    name = safe_name(base)
    return f"file-{name}" if name == MANIFEST else name


def redact(url: str) -> str:
    """Return ``url`` without what may be secret in it.

    >>> redact("https://me:secret@example.org/flowers.tar.gz?token=1")
    'https://***@example.org/flowers.tar.gz?***'
    """
    return _QUERY.sub(r"\1***", _USER.sub("***@", url))


def _recipe(sha256: str, name: str) -> dict[str, str]:
    return {"sha256": sha256, "name": name}


def _refresh(url: str, downloads: Path, sha256: str | None, policy: RetryPolicy) -> Artifact:
    """Ask the source; whoever calls this holds the URL's lock."""
    key = digest_of({"url": url})
    pointer = downloads / "sources" / f"{key}.json"
    # With a SHA-256 asked for, what is there was found wanting already.
    source = None if sha256 else _read_source(pointer)
    artifact = find(downloads, _recipe(source.sha256, file_name(url))) if source else None
    known = _Validators(source.etag, source.last_modified) if source and artifact else None
    transfer = _Transfer(url, downloads / "partial" / f"{key}.part", known, policy)
    fetch = _fetch_http if urlsplit(url).scheme in {"http", "https"} else _fetch_fsspec
    try:
        validators = fetch(transfer)
    except _UnreachableError as error:
        if not (source and artifact):
            raise NetworkError(str(error)) from None
        logger.warning("%s; reused the download of %s", error, source.downloaded_at)
        return artifact
    if validators is None and source and artifact:
        transfer.drop()
        logger.info("%s has not changed since %s: reused", redact(url), source.downloaded_at)
        return artifact
    return _keep(transfer, downloads, pointer, sha256, validators or _Validators())


def _read_source(pointer: Path) -> _Source | None:
    try:
        return _Source(**json.loads(pointer.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        logger.warning("%s cannot be read (%s): downloading again", pointer, error)
        return None


def _keep(
    transfer: _Transfer,
    downloads: Path,
    pointer: Path,
    sha256: str | None,
    validators: _Validators,
) -> Artifact:
    """Turn the finished part into an artefact and note what the URL gave."""
    content_sha256 = file_sha256(transfer.part)
    if sha256 and content_sha256 != sha256:
        transfer.drop()
        raise DataError(
            f"{redact(transfer.url)} has SHA-256 {content_sha256}, expected {sha256}; "
            "nothing was kept of it"
        )
    name = file_name(transfer.url)
    source = _Source(
        url=redact(transfer.url),
        etag=validators.etag,
        last_modified=validators.last_modified,
        size=transfer.part.stat().st_size,
        sha256=content_sha256,
        artifact=digest_of(_recipe(content_sha256, name)),
        downloaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )

    def make(folder: Path) -> None:
        transfer.part.rename(folder / name)

    artifact = build(downloads, _recipe(content_sha256, name), make)
    write_json(pointer, asdict(source))
    transfer.drop()
    return artifact


def _fetch_http(transfer: _Transfer) -> _Validators | None:
    """Bring ``part`` up to the whole file, or return ``None`` if the known version still holds."""
    policy = transfer.policy
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(policy.attempts),
        wait=tenacity.wait_exponential_jitter(
            multiplier=policy.first_wait, max=policy.longest_wait, jitter=policy.first_wait
        ),
        retry=tenacity.retry_if_exception_type(NetworkError),
        before_sleep=partial(_log_retry, transfer),
        reraise=True,
    )
    try:
        with requests.Session() as session:
            return retrying(_attempt, session, transfer)
    except NetworkError as error:
        raise type(error)(
            f"{redact(transfer.url)}: {error}; attempts made: {policy.attempts}"
        ) from None


def _log_retry(transfer: _Transfer, state: tenacity.RetryCallState) -> None:
    logger.warning(
        "%s: %s; attempt %d of %d, the next in %.1f s",
        redact(transfer.url),
        state.outcome.exception() if state.outcome else None,
        state.attempt_number,
        transfer.policy.attempts,
        state.upcoming_sleep,
    )


def _attempt(session: requests.Session, transfer: _Transfer) -> _Validators | None:
    etag = _resumable(transfer)
    offset = transfer.part.stat().st_size if etag else 0
    with _request(session, transfer, offset, etag) as response:
        if response.status_code == 304 and transfer.known:
            return None
        _check_answer(response, transfer, offset, etag)
        if response.status_code == 200:
            offset = 0
            _start_over(response, transfer)
        _receive(response, transfer, offset)
        return _Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))


def _resumable(transfer: _Transfer) -> str | None:
    """Return the ETag of which ``part`` is the beginning, if it can be gone on with."""
    try:
        etag = str(json.loads(transfer.sidecar.read_text(encoding="utf-8"))["etag"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return etag if transfer.part.is_file() and transfer.part.stat().st_size else None


def _request(
    session: requests.Session, transfer: _Transfer, offset: int, etag: str | None
) -> requests.Response:
    known = transfer.known or _Validators()
    headers = {
        # Compressed on the way, a body has not the announced length and cannot be resumed.
        "Accept-Encoding": "identity",
        "Range": f"bytes={offset}-" if etag else None,
        "If-Range": etag,
        "If-None-Match": known.etag,
        "If-Modified-Since": known.last_modified,
    }
    timeouts = (transfer.policy.connect_timeout, transfer.policy.read_timeout)
    try:
        return session.get(transfer.url, headers=headers, stream=True, timeout=timeouts)
    except requests.exceptions.RequestException as error:
        # Not chained: requests puts the whole URL, secrets included, into its messages.
        raise _request_error(error, transfer) from None


def _request_error(error: requests.exceptions.RequestException, transfer: _Transfer) -> GraftError:
    url, policy = redact(transfer.url), transfer.policy
    match error:
        case requests.exceptions.InvalidURL():
            return ParamsError(f"{url} is malformed, expected http://host/path")
        case requests.exceptions.InvalidSchema():
            return DataError(f"{url} redirects to another scheme, expected http or https")
        case requests.exceptions.TooManyRedirects():
            return DataError(f"{url} redirects without end: {error}")
        case requests.exceptions.ConnectTimeout():
            return _UnreachableError(f"no connection within {policy.connect_timeout:g} s")
        case requests.exceptions.ReadTimeout():
            return _UnreachableError(f"no answer within {policy.read_timeout:g} s")
        case _:
            return _UnreachableError(_reason(error, transfer.url))


def _check_answer(
    response: requests.Response, transfer: _Transfer, offset: int, etag: str | None
) -> None:
    status = response.status_code
    answer = f"answered {status} {response.reason}"
    if status in _TEMPORARY_STATUSES or status >= 500:
        raise NetworkError(answer)
    if etag and status == 416:
        transfer.drop()
        raise NetworkError(f"{answer} to a resumed download")
    if etag and status == 206:
        _check_resumed(response, transfer, offset, etag)
    elif status != 200:
        raise DataError(f"{redact(transfer.url)} {answer}, expected 200")


def _check_resumed(
    response: requests.Response, transfer: _Transfer, offset: int, etag: str
) -> None:
    content_range = response.headers.get("Content-Range", "")
    match = _CONTENT_RANGE.fullmatch(content_range)
    if not match or int(match[1]) != offset or response.headers.get("ETag", etag) != etag:
        transfer.drop()
        raise NetworkError(
            f"resumed with Content-Range {content_range!r} of another file or place, expected "
            f"bytes from {offset} of {etag}"
        )
    logger.info("%s: resumed at %.1f MiB", redact(transfer.url), offset / _MIB)


def _start_over(response: requests.Response, transfer: _Transfer) -> None:
    transfer.drop()
    transfer.part.touch()
    etag = response.headers.get("ETag", "")
    # A weak ETag also stands for files that differ in some bytes.
    if etag.startswith('"'):
        write_json(transfer.sidecar, {"url": redact(transfer.url), "etag": etag})


def _receive(response: requests.Response, transfer: _Transfer, offset: int) -> None:
    length = response.headers.get("Content-Length", "")
    total = offset + int(length) if length.isdecimal() else None
    progress = _Progress(redact(transfer.url), offset, total)
    try:
        with transfer.part.open("ab") as part:
            # What is there, so that a stall loses nothing; and not decoded, whatever
            # Content-Encoding says: some servers declare a .tar.gz so.
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
                part.write(chunk)
                progress.add(len(chunk))
    except urllib3.exceptions.ReadTimeoutError:
        raise NetworkError(
            f"nothing came for {transfer.policy.read_timeout:g} s after {progress}"
        ) from None
    except urllib3.exceptions.HTTPError as error:
        raise NetworkError(f"broke off after {progress}: {type(error).__name__}") from None
    if total is not None and progress.done != total:
        raise NetworkError(f"broke off after {progress}")
    progress.finish()


def _fetch_fsspec(transfer: _Transfer) -> _Validators | None:
    """Copy the file to ``part``, or return ``None`` if the known version still holds."""
    with _source_errors(transfer.url, _UnreachableError):
        files, path = _file_system(transfer.url)
        facts = files.info(path)
        validators = _Validators(etag=str(files.ukey(path)))
    if facts["type"] != "file":
        raise DataError(f"{redact(transfer.url)} is a {facts['type']}, expected a file")
    if validators == transfer.known:
        return None
    transfer.drop()
    size = facts.get("size")
    progress = _Progress(redact(transfer.url), 0, size)
    with transfer.part.open("wb") as part:
        for chunk in _chunks(files, path, transfer.url):
            part.write(chunk)
            progress.add(len(chunk))
    if size not in {None, progress.done}:
        raise NetworkError(f"{redact(transfer.url)} broke off after {progress}")
    progress.finish()
    return validators


def _file_system(url: str) -> tuple[Any, str]:
    parts = urlsplit(url)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"}:
            raise ParamsError(f"{redact(url)} names a host, expected file:///absolute/path")
        return fsspec.filesystem("file"), unquote(parts.path)
    if not parts.scheme:
        raise ParamsError(f"{redact(url)} has no scheme, expected http, https, file or another")
    try:
        files, path = fsspec.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise ParamsError(
            f"{redact(url)}: scheme {parts.scheme!r} cannot be used "
            f"({_reason(error, url)}); expected http, https, file or one that fsspec knows"
        ) from None
    files.invalidate_cache()
    return files, path


def _chunks(files: Any, path: str, url: str) -> Iterator[bytes]:
    with _source_errors(url, NetworkError), files.open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk


@contextmanager
def _source_errors(url: str, otherwise: type[NetworkError]) -> Iterator[None]:
    """Turn what a file system raises while it is read into our errors."""
    try:
        yield
    except (ParamsError, DataError):
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{redact(url)}: no such file") from None
    except PermissionError:
        raise DataError(f"{redact(url)} may not be read: permission denied") from None
    except Exception as error:
        # Every file system has exceptions of its own; none is known to be permanent.
        raise otherwise(f"{redact(url)} cannot be read: {_reason(error, url)}") from None


def _reason(error: Exception, url: str) -> str:
    """Return the innermost cause in one line, without the URL's secrets."""
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    lines = str(getattr(cause, "reason", cause)).splitlines() or [type(cause).__name__]
    parts = urlsplit(url)
    secrets = (parts.query, parts.netloc.rpartition("@")[0], parts.password)
    reason = lines[0]
    for secret in filter(None, secrets):
        reason = reason.replace(secret, "***")
    return reason


class _Progress:
    """Counts bytes and logs a line every few seconds."""

    def __init__(self, label: str, offset: int, total: int | None) -> None:
        self.done = offset
        self._label = label
        self._offset = offset
        self._total = total
        self._started = self._logged = time.monotonic()

    def __str__(self) -> str:
        total = "" if self._total is None else f" of {self._total:,}"
        return f"{self.done:,}{total} bytes"

    def add(self, count: int) -> None:
        self.done += count
        now = time.monotonic()
        if now - self._logged >= _PROGRESS_SECONDS:
            self._logged = now
            self._log(now)

    def finish(self) -> None:
        self._total = self.done
        self._log(time.monotonic())

    def _log(self, now: float) -> None:
        seconds = max(now - self._started, 1e-3)
        rate = max(self.done - self._offset, 1) / seconds
        total = left = ""
        if self._total is not None:
            total = f" of {self._total / _MIB:.1f}"
            left = f", {(self._total - self.done) / rate:.0f} s left"
        if self._total == self.done:
            left = f", done in {seconds:.1f} s"
        done = f"{self.done / _MIB:.1f}{total} MiB"
        logger.info("%s: %s, %.1f MiB/s%s", self._label, done, rate / _MIB, left)
