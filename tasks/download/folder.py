"""Downloads a folder: one of this machine is listed, any other one is copied file by file.

The artefact holds the list of the files with their digests (``tasks.download.listing``) and, of a
folder that is elsewhere, the files. What is under way lies in ``partial/``; whoever asks again goes
on there, as long as the source lists the same files.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.folder_copy import copy_folder
from tasks.download.folder_request import FolderRequest, keep_folder
from tasks.download.fsspec import is_fsspec_folder
from tasks.download.listing import (
    ListedFile,
    Listing,
    ListingWriter,
    read_files,
    read_listing,
)
from tasks.download.local_folder import LocalFolder
from tasks.download.remote_listing import check_path
from tasks.download.transfer import DEFAULT_POLICY, RetryPolicy
from tasks.errors import DataError
from tasks.storage.artifact import LocalArtifact
from tasks.storage.local_files import storage_errors
from tasks.storage.locations import local_path
from tasks.storage.manifest import digest_of, read_manifest
from tasks.storage.redaction import redact


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
    asked = FolderRequest(url, downloads, key, names, version, policy, credentials, max_bytes)
    with storage_errors(downloads):
        (downloads / "partial").mkdir(parents=True, exist_ok=True)
        with FileLock(downloads / "partial" / f"{key}.lock"):
            is_local = urlsplit(url).scheme == "file"
            artifact = _list_local(asked) if is_local else copy_folder(asked)
    found = str(read_manifest(artifact.path).recipe["sha256"])
    if sha256 and found != sha256:
        raise DataError(f"{redact(url)} has SHA-256 {found}, expected {sha256}")
    return replace(artifact, seconds=time.monotonic() - started)


def _list_local(asked: FolderRequest) -> LocalArtifact:
    root = local_path(asked.url).resolve()
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
    with asked.stage("local") as (stage, _):
        with ListingWriter(stage) as writer:
            for file in folder.files(known, known_ns):
                writer.add(file)
        listing = Listing(
            str(root), writer.files, writer.bytes, folder.links, tuple(folder.folders), listed_ns
        )
        return keep_folder(asked, stage, writer.sha256, listing, "")
