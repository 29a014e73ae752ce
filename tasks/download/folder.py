"""Downloads a folder: one of this machine is listed, any other one is copied file by file.

The artefact holds the list of the files with their digests (``tasks.download.listing``) and, of a
folder that is elsewhere, the files. What is under way lies in ``partial/``; whoever asks again goes
on there, as long as the source lists the same files.
"""

import logging
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from filelock import FileLock

from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.fsspec import is_fsspec_folder
from tasks.download.listing import (
    COPIES,
    ListedFile,
    Listing,
    ListingWriter,
    read_files,
    read_listing,
    write_listing,
)
from tasks.download.local_folder import LocalFolder
from tasks.download.remote_folder import (
    RemoteFile,
    check_path,
    copy_files,
    fingerprint,
    list_remote,
)
from tasks.download.sources import Source, read_source, write_source
from tasks.download.transfer import DEFAULT_POLICY, RetryPolicy, default_max_bytes
from tasks.errors import DataError
from tasks.storage.artifact import LocalArtifact, build, is_whole
from tasks.storage.local_files import file_sha256, storage_errors
from tasks.storage.manifest import digest_of, read_manifest
from tasks.storage.redaction import redact

logger = logging.getLogger(__name__)


def is_folder(url: str, credentials: Credentials = NO_CREDENTIALS) -> bool:
    """Return True if a URL names a folder; http(s) has none.

    Raises:
        ParamsError: the URL is malformed, or its scheme is not known.
        NetworkError: the source does not answer.
    """
    return urlsplit(url).scheme not in {"http", "https"} and is_fsspec_folder(url, credentials)


def download_folder(
    url: str,
    downloads: Path,
    sha256: str | None = None,
    *,
    names: Sequence[str] | None = None,
    version: str = "",
    policy: RetryPolicy = DEFAULT_POLICY,
    credentials: Credentials = NO_CREDENTIALS,
    max_bytes: int | None = None,
) -> LocalArtifact:
    """Return the artefact of the folder at a URL.

    Args:
        url: file, http(s) with ``names``, or any file system that fsspec knows.
        downloads: the folder of all downloads.
        sha256: the digest that the folder must have: of the lines that ``sha256sum`` prints for
            its files, in the order of the paths' parts.
        names: paths of the files that are wanted; all by default.
        version: tells one version of ``names`` from another; files of the same names and version
            are not asked for again.
        policy: number of attempts and waiting times.
        credentials: for the source.
        max_bytes: the most bytes to copy; by default 64 GiB or half of the free disk, whichever is
            less.

    Raises:
        ParamsError: the URL is malformed, or its scheme is not known.
        DataError: there is no such folder, it is empty, too large, has another digest, or a
            file of it was changed meanwhile.
        NetworkError: a file could not be had in all attempts.
        StorageError: ``downloads`` cannot be written, or the disk is full.
    """
    started = time.monotonic()
    for name in names or ():
        check_path(name, url)
    key = digest_of({"url": url, "folder": True})
    asked = _Asked(url, downloads, key, names, version, policy, credentials, max_bytes)
    with storage_errors(downloads):
        (downloads / "partial").mkdir(parents=True, exist_ok=True)
        with FileLock(downloads / "partial" / f"{key}.lock"):
            is_local = urlsplit(url).scheme == "file"
            artifact = _list_local(asked) if is_local else _copy_remote(asked)
    found = str(read_manifest(artifact.path).recipe["sha256"])
    if sha256 and found != sha256:
        raise DataError(f"{redact(url)} has SHA-256 {found}, expected {sha256}")
    return replace(artifact, seconds=time.monotonic() - started)


@dataclass(frozen=True)
class _Asked:
    """Request to ``download_folder``, and the digest of the folder's URL."""

    url: str
    downloads: Path
    key: str
    names: Sequence[str] | None
    version: str
    policy: RetryPolicy
    credentials: Credentials
    max_bytes: int | None

    def before(self) -> tuple[Source, Path] | None:
        """Return what the URL last gave, if that is still there."""
        source = read_source(self.url, self.downloads)
        path = self.downloads / source.artifact if source else None
        return (source, path) if source and path and is_whole(path) else None

    @contextmanager
    def stage(self, name: str) -> Iterator[Path]:
        """Yield a folder for what is under way, without what was under way of other versions."""
        place = self.downloads / "partial" / f"{self.key}.{name}"
        for other in place.parent.glob(f"{self.key}.*/"):
            if other != place:
                shutil.rmtree(other)
        place.mkdir(exist_ok=True)
        yield place
        shutil.rmtree(place)


def _list_local(asked: _Asked) -> LocalArtifact:
    root = Path(unquote(urlsplit(asked.url).path)).resolve()
    # A list that names its files may lie anywhere.
    if asked.names is None and asked.downloads.resolve().is_relative_to(root):
        raise DataError(
            f"{str(root)!r} has Graft's own files in it, {str(asked.downloads)!r}; expected a "
            "folder of pictures alone, or GRAFT_HOME elsewhere"
        )
    folder = LocalFolder(root, asked.names)
    before = asked.before()
    last = read_listing(before[1]) if before else None
    known: Iterable[ListedFile] = read_files(before[1]) if before and last else ()
    known_ns = last.listed_ns if last else 0
    listed_ns = time.time_ns()
    with asked.stage("local") as stage:
        with ListingWriter(stage) as writer:
            for file in folder.files(known, known_ns):
                writer.add(file)
        listing = Listing(
            str(root), writer.files, writer.bytes, folder.links, tuple(folder.folders), listed_ns
        )
        return _keep(asked, stage, writer.sha256, listing, "")


def _copy_remote(asked: _Asked) -> LocalArtifact:
    if asked.names is None:
        files = list_remote(asked.url, asked.credentials)
    else:
        names = sorted(set(asked.names), key=lambda name: name.split("/"))
        files = [RemoteFile(name, None, "") for name in names]
    version = fingerprint([*files, RemoteFile("", None, asked.version)])
    before = asked.before()
    if before and before[0].etag == version:
        logger.info("%s has not changed since %s", redact(asked.url), before[0].downloaded_at)
        return LocalArtifact(before[1], before[0].artifact, reused=True, seconds=0.0)
    with asked.stage(version[:16]) as stage:
        copies = stage / COPIES
        copies.mkdir(exist_ok=True)
        limit = default_max_bytes(copies) if asked.max_bytes is None else asked.max_bytes
        copied = copy_files(
            asked.url,
            files,
            copies,
            asked.policy,
            credentials=asked.credentials,
            max_bytes=limit,
        )
        with ListingWriter(stage) as writer:
            for path in copied:
                facts = (copies / path).stat()
                sha256 = file_sha256(copies / path)
                writer.add(ListedFile(path, sha256, facts.st_size, facts.st_mtime_ns))
        listing = Listing(COPIES, writer.files, writer.bytes, 0, (), time.time_ns())
        return _keep(asked, stage, writer.sha256, listing, version)


def _keep(asked: _Asked, stage: Path, sha256: str, listing: Listing, version: str) -> LocalArtifact:
    """Turn what was made into an artefact and record what the URL gave."""
    if not listing.files:
        raise DataError(f"{redact(asked.url)} has no files")

    def make(folder: Path) -> None:
        for made in stage.iterdir():
            made.rename(folder / made.name)
        write_listing(folder, listing)

    artifact = build(asked.downloads, {"sha256": sha256, "folder": listing.root}, make)
    source = Source(
        url=redact(asked.url),
        etag=version,
        last_modified=None,
        size=listing.bytes,
        sha256=sha256,
        artifact=artifact.digest,
        downloaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_source(source, asked.url, asked.downloads)
    logger.info(
        "%s: %s files, %.1f MiB, SHA-256 %s",
        redact(asked.url),
        f"{listing.files:,}",
        listing.bytes / 2**20,
        sha256,
    )
    return artifact
