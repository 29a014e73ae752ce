"""Folders to download, and folders of downloads."""

from collections.abc import Callable, Mapping
from pathlib import Path

import fsspec

from tasks.download.transfer import RetryPolicy
from tasks.storage.artifact import LocalArtifact

Fetch = Callable[..., LocalArtifact]

#: Two attempts at once.
QUICK = RetryPolicy(attempts=2, first_wait=0.001, longest_wait=0.001)


def folder_in_memory(contents: Mapping[str, bytes]) -> str:
    """Return the URL of a folder in fsspec's memory that has these files and no others."""
    files = fsspec.filesystem("memory")
    if files.exists("/graft"):
        files.rm("/graft", recursive=True)
    for name, content in contents.items():
        files.pipe_file(f"/graft/{name}", content)
    return "memory://graft"


def is_clean(downloads: Path) -> bool:
    """Whether nothing half-done is left."""
    return not list(downloads.rglob("*.part*")) and not list(downloads.glob(".*/"))
