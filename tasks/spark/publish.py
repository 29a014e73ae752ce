"""Copies local artefacts to the location that executors read, once."""

import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from tasks.spark.files import HadoopFiles
from tasks.spark.shared_artifact import write_manifest
from tasks.storage.local_files import storage_errors
from tasks.storage.locations import Location
from tasks.storage.manifest import Manifest, read_manifest
from tasks.storage.proof import (
    Damage,
    compare_contents,
    compare_sizes,
    log_damage,
    require_whole,
)

logger = logging.getLogger(__name__)

# Executors check each record of these files when they read it, and files that are larger than all
# others would have to come here for a check.
_SELF_CHECKED = ".tfrecord"


def publish(local: Path, target: Location, files: HadoopFiles) -> bool:
    """Copy the artefact in the folder ``local`` to ``target``, unless it is there.

    Files that were changed at ``target`` are copied again. A killed call leaves whole files and no
    manifest, and the next call copies the rest. A lock keeps two jobs of this machine apart. Two
    machines may copy at once, since they copy the same.

    Returns:
        True if anything had to be copied.

    Raises:
        DataError: the local artefact is damaged.
    """
    with storage_errors(local.parent), FileLock(local.parent / f".{local.name}.publish.lock"):
        manifest = read_manifest(local)
        there = _published(target, files)
        damages = list(_damages(manifest, target, files))
        if there == manifest and not damages:
            logger.info("published %s before", target)
            return False
        if there and damages:
            log_damage(target, damages[0])
        require_whole(local)
        for damage in damages:
            files.upload(local / damage.file, target / damage.file)
        write_manifest(files, target, manifest)
    logger.info("published %s", target)
    return True


def _published(target: Location, files: HadoopFiles) -> Manifest | None:
    """Return the manifest at ``target``, None if there is none that can be read."""
    try:
        return read_manifest(target, files)
    except (FileNotFoundError, ValueError):
        return None


def _damages(manifest: Manifest, target: Location, files: HadoopFiles) -> Iterator[Damage]:
    """Yield the files that ``target`` lacks, or has with another content."""
    lacking = list(compare_sizes(manifest.files, files.sizes(target)))
    yield from lacking
    known = {damage.file for damage in lacking}
    checked = {
        name: digest
        for name, digest in manifest.sha256.items()
        if name not in known and not name.endswith(_SELF_CHECKED)
    }
    found = {name: files.sha256(target / name) for name in checked}
    yield from compare_contents(checked, found)
