"""A folder of downloads."""

from collections.abc import Callable
from pathlib import Path

from tasks.storage.artifact import LocalArtifact

Fetch = Callable[..., LocalArtifact]


def is_clean(downloads: Path) -> bool:
    """Whether nothing half-done is left."""
    return not list(downloads.rglob("*.part*")) and not list(downloads.glob(".*/"))
