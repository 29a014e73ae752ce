"""Content-addressed artefacts: made aside, renamed into place, never edited.

An artefact is a folder named after a digest of its recipe, which says what it was made from. A run
that finds the folder uses it. A run that does not makes it under a lock, so that two runs at once
make it once.
"""

import hashlib
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from tasks.storage.local_files import storage_errors, write_json
from tasks.storage.locations import Location

logger = logging.getLogger(__name__)

MANIFEST = "artifact.json"
DIGEST_LENGTH = 16


@dataclass(frozen=True)
class Artifact:
    """An artefact that a call made or found.

    Attributes:
        path: the artefact's folder.
        digest: the hexadecimal digest of its recipe, also the folder's name.
        reused: True if it was there already.
        seconds: time that the call took, waiting for a lock included.
    """

    path: Location
    digest: str
    reused: bool
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return {**asdict(self), "path": str(self.path), "seconds": round(self.seconds, 3)}


@dataclass(frozen=True)
class LocalArtifact(Artifact):
    """An artefact on this machine."""

    path: Path


def digest_of(recipe: Mapping[str, Any]) -> str:
    """Return the digest of a recipe: SHA-256 of its canonical JSON, the first 16 digits."""
    canonical = json.dumps(recipe, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:DIGEST_LENGTH]


def build(folder: Path, recipe: Mapping[str, Any], make: Callable[[Path], None]) -> LocalArtifact:
    """Return the artefact of ``recipe`` below ``folder``, making it if it is not there.

    Args:
        folder: the folder of all artefacts of this kind.
        recipe: JSON types that say what the artefact is made from; their digest is its name.
        make: writes the artefact's files into the empty folder that it gets.

    Raises:
        StorageError: ``folder`` cannot be written, or the disk is full.
    """
    started = time.monotonic()
    digest = digest_of(recipe)
    path = folder / digest
    if is_whole(path):
        return _reused(path, digest, started)
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{digest}.lock"):
            if is_whole(path):
                return _reused(path, digest, started)
            _discard_leftovers(folder, digest)
            _make_aside(path, recipe, make)
    seconds = time.monotonic() - started
    logger.info("made %s in %.1f s", path, seconds)
    return LocalArtifact(path, digest, reused=False, seconds=seconds)


def find(folder: Path, recipe: Mapping[str, Any]) -> LocalArtifact | None:
    """Return the artefact of ``recipe`` below ``folder`` if it is there and whole."""
    digest = digest_of(recipe)
    path = folder / digest
    return LocalArtifact(path, digest, reused=True, seconds=0.0) if is_whole(path) else None


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of the artefact at ``path``: see ``manifest``."""
    content: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    return content


def is_whole(path: Path) -> bool:
    """Return True if there is an artefact at ``path`` and all its files have their sizes."""
    if not (path / MANIFEST).is_file():
        return False
    try:
        files = read_manifest(path)["files"]
    except (ValueError, KeyError):
        files = {MANIFEST: None}
    changed = [
        name
        for name, size in files.items()
        if not (path / name).is_file() or (path / name).stat().st_size != size
    ]
    if changed:
        logger.warning("%s was changed after it was made (%s): making it again", path, changed[0])
    return not changed


def _reused(path: Path, digest: str, started: float) -> LocalArtifact:
    logger.info("reused %s, made %s", path, read_manifest(path)["made_at"])
    return LocalArtifact(path, digest, reused=True, seconds=time.monotonic() - started)


def _make_aside(path: Path, recipe: Mapping[str, Any], make: Callable[[Path], None]) -> None:
    """Make an artefact in a temporary folder and rename that to ``path``."""
    started = time.monotonic()
    aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        aside.chmod(0o755)
        make(aside)
        _write_manifest(aside, recipe, time.monotonic() - started)
        aside.rename(path)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _discard_leftovers(folder: Path, digest: str) -> None:
    """Remove the remains of a killed run; the caller must hold the digest's lock."""
    for leftover in folder.glob(f".{digest}.*"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
    if (folder / digest).exists():
        shutil.rmtree(folder / digest)


def _write_manifest(aside: Path, recipe: Mapping[str, Any], seconds: float) -> None:
    files = {
        str(path.relative_to(aside)): path.stat().st_size
        for path in sorted(aside.rglob("*"))
        if path.is_file()
    }
    write_json(aside / MANIFEST, manifest(recipe, files, seconds))


def manifest(recipe: Mapping[str, Any], files: Mapping[str, int], seconds: float) -> dict[str, Any]:
    """Return an artefact's description of itself, with the current time as ``made_at``.

    Args:
        recipe: everything that it was made from.
        files: sizes in bytes by path in the artefact's folder.
        seconds: the time it took.
    """
    return {
        "recipe": dict(recipe),
        "files": dict(files),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
    }
