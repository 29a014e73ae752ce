"""Files of a version: its model and its export."""

from collections.abc import Iterator
from pathlib import Path

from tasks.errors import DataError
from tasks.registry.version import Version
from tasks.storage.manifest import MANIFEST
from tasks.storage.paths import Home
from tasks.storage.proof import damage_of
from tasks.storage.use import hold


def folders_of(home: Home, version: Version) -> Iterator[Path]:
    """Yield the folders of a version's artefacts."""
    yield home.models / version.model
    if version.export:
        yield home.exports / version.export


def has_files(home: Home, version: Version) -> bool:
    """Return True if a version's artefacts are there; their content is not checked."""
    return all((folder / MANIFEST).is_file() for folder in folders_of(home, version))


def missing_file(home: Home, version: Version) -> str | None:
    """Return what is wrong with a version's artefacts, a clause; None if they are whole."""
    for folder in folders_of(home, version):
        if not hold(folder):
            return f"{folder} is gone: graft gc or somebody deleted it"
        if damage := damage_of(folder):
            return f"{folder / damage.file} {damage.reason}"
    return None


def require_files(home: Home, version: Version) -> None:
    """Raise a ``DataError`` unless a version's artefacts are whole.

    This process holds them until it ends, so that nobody deletes them.
    """
    if problem := missing_file(home, version):
        raise DataError(
            f"version {version.number} cannot be used: {problem}; train it again, or choose "
            "another version"
        )
