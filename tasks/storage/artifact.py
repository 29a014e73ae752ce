"""Content-addressed artefacts: made aside, renamed into place, never edited.

An artefact is a folder named after a digest of its recipe, which says what it was made from. A run
that finds the folder uses it. A run that does not makes it under a lock, so that two runs at once
make it once.
"""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from tasks.errors import StorageError
from tasks.storage.files import LOCAL, sha256_of_all
from tasks.storage.local_files import make_folder, open_to_readers, storage_errors, write_text
from tasks.storage.locations import Location
from tasks.storage.manifest import MANIFEST, Manifest, digest_of, read_manifest
from tasks.storage.proof import damage_of, log_damage
from tasks.storage.use import hold

logger = logging.getLogger(__name__)


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


def build(
    folder: Path,
    recipe: Mapping[str, Any],
    make: Callable[[Path], None],
    *,
    needs: Collection[str] = (),
) -> LocalArtifact:
    """Return the artefact of ``recipe`` below ``folder``, making it if it is not there.

    An artefact is made anew if a file of it has changed. This process holds the artefact until it
    ends, see ``tasks.storage.use``.

    Args:
        folder: the folder of all artefacts of this kind.
        recipe: JSON types that say what the artefact is made from; their digest is its name.
        make: writes the artefact's files into the empty folder that it gets.
        needs: names of files that ``make`` writes, or has another program write.

    Raises:
        StorageError: ``folder`` cannot be written, the disk is full, or ``make`` left none of a
            file that the artefact needs.
    """
    started = time.monotonic()
    path = folder / digest_of(recipe)
    if is_whole(path):
        return _reused(path, started)
    with storage_errors(folder):
        make_folder(folder)
        with FileLock(folder / f".{path.name}.lock"):
            if is_whole(path):
                return _reused(path, started)
            _discard_leftovers(path)
            _make_aside(path, recipe, make, needs)
            hold(path)
    seconds = time.monotonic() - started
    logger.info("made %s in %.1f s", path, seconds)
    return LocalArtifact(path, path.name, reused=False, seconds=seconds)


def find(folder: Path, recipe: Mapping[str, Any]) -> LocalArtifact | None:
    """Return the artefact of ``recipe`` below ``folder`` if it is there and whole."""
    path = folder / digest_of(recipe)
    if not is_whole(path):
        return None
    return LocalArtifact(path, path.name, reused=True, seconds=0.0)


def is_whole(path: Path) -> bool:
    """Return True if there is an artefact at ``path`` and all its files are as they were made.

    The log names a file that is not. This process holds the artefact until it ends.
    """
    # First, so that nobody deletes what is being checked.
    if not hold(path):
        return False
    damage = damage_of(path)
    if damage:
        log_damage(path, damage)
    return damage is None


def _reused(path: Path, started: float) -> LocalArtifact:
    logger.info("reused %s, made %s", path, read_manifest(path).made_at)
    return LocalArtifact(path, path.name, reused=True, seconds=time.monotonic() - started)


def _make_aside(
    path: Path, recipe: Mapping[str, Any], make: Callable[[Path], None], needs: Collection[str]
) -> None:
    """Make an artefact in a temporary folder and rename that to ``path``."""
    started = time.monotonic()
    aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        make(aside)
        _require(aside, needs)
        write_text(aside / MANIFEST, _seal(aside, recipe, time.monotonic() - started).as_json())
        open_to_readers(aside)
        aside.rename(path)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _require(aside: Path, needs: Collection[str]) -> None:
    """Raise a ``StorageError`` unless a folder has all files that it needs."""
    for name in needs:
        if not (aside / name).exists():
            raise StorageError(
                f"{aside / name} was not written, or was written somewhere else: a program, such "
                "as Java, that cannot spell this path writes to another; set LC_ALL=C.UTF-8, or "
                "set GRAFT_HOME to a folder whose name is plain ASCII"
            )


def _seal(aside: Path, recipe: Mapping[str, Any], seconds: float) -> Manifest:
    """Return the manifest of the files in a folder."""
    sizes = LOCAL.sizes(aside)
    digests = sha256_of_all(LOCAL, {name: aside / name for name in sizes})
    return Manifest(recipe, sizes, digests, seconds)


def _discard_leftovers(path: Path) -> None:
    """Remove the remains of a killed run; the caller must hold the digest's lock."""
    for leftover in path.parent.glob(f".{path.name}.*"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
    if path.exists():
        shutil.rmtree(path)
