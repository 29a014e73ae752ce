"""Downloads a URL once: resumed where it broke off, checked, and kept under its content's digest.

Below the downloads folder, ``partial/`` holds what is under way and ``sources/`` what each URL last
gave; both are named after a digest of the URL, which may hold a password. Everything else there is
an artefact with one file.
"""

import json
import logging
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from filelock import FileLock

from tasks.download.fsspec import fetch_fsspec
from tasks.download.http import fetch_http
from tasks.download.transfer import (
    DEFAULT_POLICY,
    RetryPolicy,
    Transfer,
    UnreachableError,
    Validators,
    redact,
)
from tasks.errors import DataError, NetworkError, ParamsError
from tasks.storage.artifact import MANIFEST, LocalArtifact, build, digest_of, find, read_manifest
from tasks.storage.local_files import file_sha256, storage_errors, write_json
from tasks.storage.paths import safe_name

logger = logging.getLogger(__name__)


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


def download(
    url: str, downloads: Path, sha256: str | None = None, *, policy: RetryPolicy = DEFAULT_POLICY
) -> LocalArtifact:
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


def _recipe(sha256: str, name: str) -> dict[str, str]:
    return {"sha256": sha256, "name": name}


def _refresh(url: str, downloads: Path, sha256: str | None, policy: RetryPolicy) -> LocalArtifact:
    """Ask the source; whoever calls this holds the URL's lock."""
    key = digest_of({"url": url})
    pointer = downloads / "sources" / f"{key}.json"
    # With a SHA-256 asked for, what is there was found wanting already.
    source = None if sha256 else _read_source(pointer)
    artifact = find(downloads, _recipe(source.sha256, file_name(url))) if source else None
    known = Validators(source.etag, source.last_modified) if source and artifact else None
    transfer = Transfer(url, downloads / "partial" / f"{key}.part", known, policy)
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
    return _keep(transfer, downloads, pointer, sha256, validators or Validators())


def _read_source(pointer: Path) -> _Source | None:
    try:
        return _Source(**json.loads(pointer.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        logger.warning("%s cannot be read (%s): downloading again", pointer, error)
        return None


def _keep(
    transfer: Transfer,
    downloads: Path,
    pointer: Path,
    sha256: str | None,
    validators: Validators,
) -> LocalArtifact:
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
