"""Artefacts that executors read or write: files first, the manifest last, nothing renamed whole.

An object store renames no folder, so an artefact there is made in place. Its files are named and
filled by what it is made from: whoever makes one again writes the same, and needs only the rest.
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
    """Return what the artefact at ``path`` says of itself, or None unless it is whole."""
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
    """Say that the artefact at ``path`` is whole: it consists of the files in ``sizes``."""
    content = json.dumps(manifest(recipe, sizes, seconds), indent=2) + "\n"
    files.write(content.encode(), path / MANIFEST)
