"""Downloads a URL once: resumes a broken download, checks it, and keeps it as an artefact.

Below the downloads folder, ``partial/`` holds unfinished downloads and ``sources/`` the version
that each URL last gave. Their names have a digest of the URL, which may hold a password. Everything
else there is an artefact with one file.
"""

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from filelock import FileLock

from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.fsspec import fetch_fsspec
from tasks.download.http import fetch_http
from tasks.download.pages import page_kind
from tasks.download.sources import Source, read_source, write_source
from tasks.download.transfer import (
    DEFAULT_POLICY,
    RetryPolicy,
    TooLargeError,
    Transfer,
    UnreachableError,
    Validators,
    default_max_bytes,
)
from tasks.errors import DataError, NetworkError, ParamsError
from tasks.storage.artifact import LocalArtifact, build, find
from tasks.storage.content import content_sha256
from tasks.storage.local_files import storage_errors
from tasks.storage.manifest import MANIFEST, digest_of, read_manifest
from tasks.storage.paths import safe_name
from tasks.storage.redaction import redact

logger = logging.getLogger(__name__)


def download(
    url: str,
    downloads: Path,
    sha256: str | None = None,
    *,
    policy: RetryPolicy = DEFAULT_POLICY,
    credentials: Credentials = NO_CREDENTIALS,
    max_bytes: int | None = None,
) -> LocalArtifact:
    """Return the artefact that holds the file at a URL, downloading it if need be.

    An earlier download is reused if it has the given ``sha256``, if the source says that the file
    has not changed, or, with a warning, if the source does not answer.

    Args:
        url: http(s), file, or any file system that fsspec knows.
        downloads: the folder of all downloads.
        sha256: 64 hexadecimal digits that the content must have.
        policy: number of attempts and waiting times.
        credentials: for the source.
        max_bytes: the most bytes that the file may have; by default 64 GiB or half of the free
            disk, whichever is less.

    Raises:
        ParamsError: the URL is malformed, names no file, or its scheme is not known.
        DataError: there is no such file, it has another SHA-256, is too large, or is a page or a
            pointer instead of an archive.
        NetworkError: in all attempts the source did not answer, or the connection broke.
        SetupError: the server's certificate is not accepted, or this machine's settings of proxies
            and authorities cannot be used.
        StorageError: ``downloads`` cannot be written, or the disk is full.
    """
    started = time.monotonic()
    name = file_name(url)
    part = downloads / "partial" / f"{digest_of({'url': url})}.part"
    with storage_errors(downloads):
        part.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(part.with_suffix(".lock")):
            artifact = find(downloads, _recipe(sha256, name)) if sha256 else None
            if artifact:
                logger.info("reused %s: it has the SHA-256 asked for", artifact.path / name)
            else:
                limit = default_max_bytes(part) if max_bytes is None else max_bytes
                transfer = Transfer(url, part, None, policy, credentials, limit)
                artifact = _refresh(transfer, downloads, sha256=sha256)
    return replace(artifact, seconds=time.monotonic() - started)


def downloaded_file(artifact_path: Path) -> Path:
    """Return the one file of a downloaded artefact.

    Raises:
        DataError: the folder is not one that ``download`` made.
    """
    try:
        (name,) = read_manifest(artifact_path).files
    except (OSError, ValueError) as error:
        raise DataError(f"{artifact_path} is not a download, expected {MANIFEST}") from error
    return artifact_path / str(name)


def file_name(url: str) -> str:
    """Return the name of the kept file of a URL.

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


def _recipe(sha256: str, name: str) -> dict[str, str]:
    return {"sha256": sha256, "name": name}


def _refresh(transfer: Transfer, downloads: Path, *, sha256: str | None) -> LocalArtifact:
    """Ask the source for the file, unless it has not changed; the caller holds the URL's lock."""
    url = transfer.url
    # A file with the wanted SHA-256 would have been found already.
    source = None if sha256 else read_source(url, downloads)
    artifact = find(downloads, _recipe(source.sha256, file_name(url))) if source else None
    known = source.validators if source and artifact else None
    transfer = replace(transfer, known=known)
    try:
        validators = _fetch(transfer)
    except UnreachableError as error:
        if not (source and artifact):
            raise NetworkError(str(error)) from None
        logger.warning("%s; reused the download of %s", error, source.downloaded_at)
        return artifact
    if validators is None and source and artifact:
        transfer.drop()
        logger.info("%s has not changed since %s: reused", redact(url), source.downloaded_at)
        return artifact
    return _keep(transfer, validators or Validators(), downloads=downloads, sha256=sha256)


def _fetch(transfer: Transfer) -> Validators | None:
    """Complete ``part``, or return None; a failure leaves only what can be resumed."""
    fetch = fetch_http if urlsplit(transfer.url).scheme in {"http", "https"} else fetch_fsspec
    try:
        return fetch(transfer)
    except TooLargeError:
        transfer.drop()
        raise
    except BaseException:
        transfer.drop_unless_resumable()
        raise


def _keep(
    transfer: Transfer, validators: Validators, *, downloads: Path, sha256: str | None
) -> LocalArtifact:
    """Turn the finished part into an artefact and record the version that the URL gave."""
    if problem := page_kind(transfer.part):
        transfer.drop()
        raise DataError(f"{redact(transfer.url)} {problem}")
    sha256_found = content_sha256(transfer.part)
    if sha256 and sha256_found != sha256:
        transfer.drop()
        raise DataError(
            f"{redact(transfer.url)} has SHA-256 {sha256_found}, expected {sha256}; "
            "the download was deleted"
        )
    name = file_name(transfer.url)
    source = Source(
        url=redact(transfer.url),
        etag=validators.etag,
        last_modified=validators.last_modified,
        size=transfer.part.stat().st_size,
        sha256=sha256_found,
        artifact=digest_of(_recipe(sha256_found, name)),
        downloaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )

    def make(folder: Path) -> None:
        transfer.part.rename(folder / name)

    artifact = build(downloads, _recipe(sha256_found, name), make)
    write_source(source, transfer.url, downloads)
    transfer.drop()
    return artifact
