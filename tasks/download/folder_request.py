"""A request for a folder: what its URL gave before, what is under way, and the artefact of it."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tasks.download.credentials import Credentials
from tasks.download.listing import Listing, write_listing
from tasks.download.sources import Source, read_source, write_source
from tasks.download.transfer import RetryPolicy
from tasks.errors import DataError
from tasks.storage.artifact import LocalArtifact, build, is_whole
from tasks.storage.redaction import redact

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FolderRequest:
    """Request to ``download_folder``, as its arguments say, and the digest of the folder's URL."""

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
    def stage(self, name: str) -> Iterator[tuple[Path, list[Path]]]:
        """Yield a folder for what is under way, and those of what was under way of other versions.

        All of them are deleted at the end, and those of other versions as well where it raises.
        """
        place = self.downloads / "partial" / f"{self.key}.{name}"
        others = [other for other in place.parent.glob(f"{self.key}.*/") if other != place]
        place.mkdir(exist_ok=True)
        try:
            yield place, others
        finally:
            for other in others:
                shutil.rmtree(other, ignore_errors=True)
        shutil.rmtree(place)


def keep_folder(
    asked: FolderRequest, stage: Path, sha256: str, listing: Listing, version: str
) -> LocalArtifact:
    """Turn what was made into an artefact and record what the URL gave.

    Args:
        asked: the request.
        stage: folder of what was made.
        sha256: digest of the files.
        listing: record of the folder.
        version: of the source; empty where the folder is of this machine.

    Raises:
        DataError: there are no files.
    """
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
