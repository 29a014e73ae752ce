"""Copies local artefacts to the location that executors read, once."""

import logging
from pathlib import Path

from filelock import FileLock

from tasks.spark.files import HadoopFiles
from tasks.spark.shared_artifact import find_manifest
from tasks.storage.artifact import MANIFEST, read_manifest
from tasks.storage.local_files import storage_errors
from tasks.storage.locations import Location

logger = logging.getLogger(__name__)


def publish(local: Path, target: Location, files: HadoopFiles) -> bool:
    """Copy the artefact in the folder ``local`` to ``target``, unless it is there.

    A killed call leaves whole files and no manifest, and the next call copies the rest. A lock
    keeps two jobs of this machine apart. Two machines may copy at once, since they copy the same.

    Returns:
        True if anything had to be copied.
    """
    with storage_errors(local.parent), FileLock(local.parent / f".{local.name}.publish.lock"):
        manifest = read_manifest(local)
        there = find_manifest(files, target)
        if there and there["files"] == manifest["files"]:
            logger.info("published %s before", target)
            return False
        sizes = files.sizes(target)
        for name, size in manifest["files"].items():
            if sizes.get(name) != size:
                files.upload(local / name, target / name)
        files.upload(local / MANIFEST, target / MANIFEST)
    logger.info("published %s", target)
    return True
