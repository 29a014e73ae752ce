"""Copies a folder that is elsewhere into an artefact, the files that changed alone."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

from tasks.download.folder_request import FolderRequest, keep_folder
from tasks.download.listing import COPIES, ListedFile, Listing, ListingWriter
from tasks.download.remote_folder import copy_files
from tasks.download.remote_listing import RemoteFile, fingerprint, list_remote
from tasks.download.transfer import default_max_bytes
from tasks.download.unchanged_files import take_unchanged, write_remote
from tasks.storage.artifact import LocalArtifact
from tasks.storage.local_files import file_sha256
from tasks.storage.redaction import redact

logger = logging.getLogger(__name__)


def copy_folder(asked: FolderRequest) -> LocalArtifact:
    """Return the artefact of the folder that is asked for; errors as ``download_folder`` says."""
    files = _listed(asked)
    version = fingerprint([*files, RemoteFile("", None, asked.version)])
    before = asked.before()
    if before and before[0].etag == version:
        logger.info("%s has not changed since %s", redact(asked.url), before[0].downloaded_at)
        return LocalArtifact(before[1], before[0].artifact, reused=True, seconds=0.0)
    kept = [before[1]] if before else []
    with asked.stage(version[:16]) as (stage, others):
        (stage / COPIES).mkdir(exist_ok=True)
        taken = sum(take_unchanged(files, earlier, stage) for earlier in (*kept, *others))
        if taken:
            logger.info("%s: %d of %d files are unchanged", redact(asked.url), taken, len(files))
        write_remote(stage, files)
        writer = _copy(asked, files, stage)
        listing = Listing(COPIES, writer.files, writer.bytes, 0, (), time.time_ns())
        return keep_folder(asked, stage, writer.sha256, listing, version)


def _listed(asked: FolderRequest) -> list[RemoteFile]:
    if asked.names is None:
        return list_remote(asked.url, asked.credentials)
    names = sorted(set(asked.names), key=lambda name: name.split("/"))
    return [RemoteFile(name, None, "") for name in names]


def _copy(asked: FolderRequest, files: Sequence[RemoteFile], stage: Path) -> ListingWriter:
    """Copy what is not there yet, and list all of it."""
    copies = stage / COPIES
    limit = default_max_bytes(copies) if asked.max_bytes is None else asked.max_bytes
    copied = copy_files(
        asked.url, files, copies, asked.policy, credentials=asked.credentials, max_bytes=limit
    )
    with ListingWriter(stage) as writer:
        for path in copied:
            facts = (copies / path).stat()
            sha256 = file_sha256(copies / path)
            writer.add(ListedFile(path, sha256, facts.st_size, facts.st_mtime_ns))
    return writer
