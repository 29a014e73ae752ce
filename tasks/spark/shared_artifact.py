"""Artefacts that executors read or write: files first, the manifest last, no folder renamed.

An object store cannot rename a folder, so an artefact there is made in place. The names and
contents of its files follow from its recipe, so a process that makes it again writes the same
files, and only those that are missing.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from tasks.spark.files import HadoopFiles
from tasks.storage.artifact import MANIFEST, manifest
from tasks.storage.locations import Location

logger = logging.getLogger(__name__)


def find_manifest(files: HadoopFiles, path: Location) -> dict[str, Any] | None:
    """Return the manifest of the artefact at ``path``, or None unless the artefact is whole."""
    sizes = files.sizes(path)
    if MANIFEST not in sizes:
        return None
    try:
        found: dict[str, Any] = json.loads(files.read(path / MANIFEST))
        expected = found["files"]
    except (ValueError, KeyError):
        expected = {MANIFEST: None}
    changed = [name for name, size in expected.items() if sizes.get(name) != size]
    if changed:
        logger.warning("%s was changed after it was made (%s)", path, changed[0])
        return None
    return found


def write_manifest(
    files: HadoopFiles,
    path: Location,
    recipe: Mapping[str, Any],
    sizes: Mapping[str, int],
    seconds: float,
) -> None:
    """Write the manifest of the artefact at ``path``, which is whole from then on.

    Args:
        files: the file systems.
        path: the artefact's folder.
        recipe: everything that the artefact was made from.
        sizes: the artefact's files, sizes in bytes by path below ``path``.
        seconds: the time it took.
    """
    content = json.dumps(manifest(recipe, sizes, seconds), indent=2) + "\n"
    files.write(content.encode(), path / MANIFEST)
