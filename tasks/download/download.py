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

from tasks.download.fsspec import fetch_fsspec
from tasks.download.http import fetch_http
from tasks.download.sources import Source, read_source, write_source
from tasks.download.transfer import (
    DEFAULT_POLICY,
    RetryPolicy,
    Transfer,
    UnreachableError,
    Validators,
    redact,
)
from tasks.errors import DataError, NetworkError, ParamsError
from tasks.storage.artifact import LocalArtifact, build, find
from tasks.storage.content import content_sha256
from tasks.storage.local_files import storage_errors
from tasks.storage.manifest import MANIFEST, digest_of, read_manifest
from tasks.storage.paths import safe_name

logger = logging.getLogger(__name__)


def download(
    url: str, downloads: Path, sha256: str | None = None, *, policy: RetryPolicy = DEFAULT_POLICY
) -> LocalArtifact:
    """Return the artefact that holds the file at a URL, downloading it if need be.

    An earlier download is reused if it has the given ``sha256``, if the source says that the file
    has not changed, or, with a warning, if the source does not answer.

    Args:
        url: http(s), file, or any file system that fsspec knows.
        downloads: the folder of all downloads.
        sha256: 64 hexadecimal digits that the content must have.
        policy: number of attempts and waiting times.

    Raises:
        ParamsError: the URL is malformed, names no file, or its scheme is not known.
        DataError: there is no such file, or it has another SHA-256.
        NetworkError: in all attempts the source did not answer, or the connection broke.
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
                artifact = _refresh(url, downloads, sha256=sha256, policy=policy)
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


def _refresh(
    url: str, downloads: Path, *, sha256: str | None, policy: RetryPolicy
) -> LocalArtifact:
    """Ask the source for the file, unless it has not changed; the caller holds the URL's lock."""
    # A file with the wanted SHA-256 would have been found already.
    source = None if sha256 else read_source(url, downloads)
    artifact = find(downloads, _recipe(source.sha256, file_name(url))) if source else None
    known = source.validators if source and artifact else None
    part = downloads / "partial" / f"{digest_of({'url': url})}.part"
    transfer = Transfer(url, part, known, policy)
    fetch = fetch_http if urlsplit(url).scheme in {"http", "https"} else fetch_fsspec
    try:
        validators = fetch(transfer)
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


def _keep(
    transfer: Transfer, validators: Validators, *, downloads: Path, sha256: str | None
) -> LocalArtifact:
    """Turn the finished part into an artefact and record the version that the URL gave."""
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
