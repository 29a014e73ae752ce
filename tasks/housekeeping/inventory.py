"""Inventory of GRAFT_HOME on this machine: artefacts, runs, and what killed runs left."""

import re
from collections.abc import Iterator
from pathlib import Path

from tasks.housekeeping.item import LEFTOVERS, PARTIAL, RUNS, SNAPSHOTS, UNFINISHED, Item
from tasks.storage.manifest import DIGEST, DIGEST_LENGTH, MANIFEST, Manifest, read_manifest
from tasks.storage.paths import Home
from tasks.storage.use import last_use

_LEFTOVER = re.compile(rf"\.{DIGEST.pattern}\..+")


def inventory(home: Home) -> list[Item]:
    """Return everything of this machine that takes room, but Airflow's own files."""
    return [
        *_runs(home),
        *artifacts(home),
        *_snapshots(home),
        *_partial_downloads(home),
        *_leftovers(home),
    ]


def artifacts(home: Home) -> Iterator[Item]:
    """Yield all artefacts of this machine, finished or not, whole or damaged."""
    for kind, folder in home.artifacts().items():
        for path in _folders(folder, DIGEST):
            lock = folder / f".{path.name}.lock"
            if (path / MANIFEST).is_file():
                yield Item(kind, path, size_of(path), last_use(path), lock, manifest_of(path))
            else:
                # Only features are made in place; anything else has lost its manifest.
                given = UNFINISHED if kind == "features" else kind
                yield Item(given, path, size_of(path), last_change(path), lock)


def manifest_of(path: Path) -> Manifest | None:
    """Return the manifest of the artefact at ``path``, None if it is missing or damaged."""
    try:
        return read_manifest(path)
    except (OSError, ValueError):
        return None


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    return sum(file.lstat().st_size for file in _files(path))


def unlinked_bytes(path: Path) -> int:
    """Return the bytes that deleting ``path`` frees: none of a file with other hard links."""
    stats = [file.lstat() for file in _files(path)]
    return sum(stat.st_size for stat in stats if stat.st_nlink == 1)


def last_change(path: Path) -> float:
    """Return the time at which a file, or anything below a folder, last changed."""
    return max(file.lstat().st_mtime for file in [path, *_files(path)])


def _files(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if not file.is_dir()] if path.is_dir() else [path]


def _folders(folder: Path, name: re.Pattern[str]) -> Iterator[Path]:
    """Yield the folders in a folder that have such a name."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.is_dir() and not path.is_symlink() and name.fullmatch(path.name):
                yield path


def _runs(home: Home) -> Iterator[Item]:
    for path in _folders(home.runs, re.compile(r"[^.].*", re.DOTALL)):
        yield Item(RUNS, path, size_of(path), last_change(path))


def _snapshots(home: Home) -> Iterator[Item]:
    for path in _folders(home.snapshots, DIGEST):
        # The job that makes the model holds the model's lock.
        lock = home.models / f".{path.name}.lock"
        yield Item(SNAPSHOTS, path, size_of(path), last_change(path), lock)


def _partial_downloads(home: Home) -> Iterator[Item]:
    folder = home.downloads / "partial"
    for path in sorted(folder.glob("*.part*")):
        lock = folder / f"{path.name.partition('.')[0]}.lock"
        yield Item(PARTIAL, path, size_of(path), last_change(path), lock)


def _leftovers(home: Home) -> Iterator[Item]:
    """Yield the temporary folders of ``build``, of parity checks and of an earlier ``graft gc``."""
    for folder in (*home.artifacts().values(), home.runs):
        for path in _folders(folder, _LEFTOVER):
            lock = folder / f".{path.name[1 : 1 + DIGEST_LENGTH]}.lock"
            yield Item(LEFTOVERS, path, size_of(path), last_change(path), lock)
