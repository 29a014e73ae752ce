"""Tells the user which artefacts are made anew because Graft writes another format now."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.storage.manifest import MANIFEST, digest_of, read_manifest

logger = logging.getLogger(__name__)

# Keys of a recipe that number the format of what is made.
_FORMATS = ("format", "layout")


def log_older(folder: Path, recipe: Mapping[str, Any]) -> None:
    """Log every artefact that would be reused if its format were the one of ``recipe``.

    Call it before ``build``: where the artefact of ``recipe`` is there, nothing is logged.

    Args:
        folder: where artefacts of this kind live.
        recipe: what ``build`` is about to make. It may have items that older recipes lack.
    """
    if (folder / digest_of(recipe)).exists():
        return
    for path in sorted(folder.glob(f"[!.]*/{MANIFEST}")):
        older = _recipe(path.parent)
        formats = {key: older.pop(key) for key in _FORMATS if key in older}
        changed = [key for key, value in formats.items() if value != recipe.get(key)]
        if changed and older.items() <= recipe.items():
            key = changed[0]
            now = recipe.get(key)
            logger.info(
                "%s is of %s %s, now %s: making it anew", path.parent, key, formats[key], now
            )


def _recipe(path: Path) -> dict[str, Any]:
    """Return an artefact's recipe, or one that matches no other if it cannot be read."""
    try:
        return dict(read_manifest(path).recipe)
    except (OSError, ValueError):
        return {"damaged": str(path)}
