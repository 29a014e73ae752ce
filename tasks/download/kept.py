"""Distrust of downloads that were kept but are not what they should be."""

import logging
from pathlib import Path

from tasks.download.sources import forget_validators
from tasks.storage.artifact import MANIFEST, read_manifest
from tasks.storage.local_files import file_sha256

logger = logging.getLogger(__name__)


def distrust(artifact_path: Path, downloads: Path) -> None:
    """Make the next run download a file again, because what is in it was refused.

    The source is then asked without validators, so that its answer "not modified" cannot preserve
    the file. Folders are left as they are: their files were listed and checked one by one.

    Args:
        artifact_path: the folder of the download.
        downloads: the folder of all downloads.
    """
    try:
        is_file = "name" in read_manifest(artifact_path)["recipe"]
    except (OSError, ValueError, KeyError):
        # No run finds such a folder whole.
        return
    if not is_file:
        return
    forget_validators(artifact_path.name, downloads)
    discard_if_changed(artifact_path)


def discard_if_changed(artifact_path: Path) -> None:
    """Remove a download's manifest if the content changed on the disk, so that no run finds it."""
    try:
        manifest = read_manifest(artifact_path)
        (name,) = manifest["files"]
        found = file_sha256(artifact_path / str(name))
    except (OSError, ValueError, KeyError):
        # No run finds such a folder whole.
        return
    if found != manifest["recipe"]["sha256"]:
        logger.warning("%s was changed after its download: it is not used again", artifact_path)
        (artifact_path / MANIFEST).unlink(missing_ok=True)
