"""Distrust of downloads that were kept but are not what they should be."""

from pathlib import Path

from tasks.download.sources import forget_validators
from tasks.storage.manifest import read_manifest


def distrust(artifact_path: Path, downloads: Path) -> None:
    """Make the next run download a file again, because what is in it was refused.

    The source is then asked without validators, so that its answer "not modified" cannot preserve
    the file. Folders are left as they are: their files were listed and checked one by one.

    Args:
        artifact_path: the folder of the download.
        downloads: the folder of all downloads.
    """
    try:
        is_file = "name" in read_manifest(artifact_path).recipe
    except (OSError, ValueError, KeyError):
        # No run finds such a folder whole.
        return
    if is_file:
        forget_validators(artifact_path.name, downloads)
