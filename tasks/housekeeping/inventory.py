"""Inventory of GRAFT_HOME on this machine: artefacts, runs, and what killed runs left."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR

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
            # Features are made in place; of other kinds, one without a manifest has lost it.
            is_unfinished = kind == "features" and not (path / MANIFEST).is_file()
            yield from _item(UNFINISHED if is_unfinished else kind, path, lock)


def manifest_of(path: Path) -> Manifest | None:
    """Return the manifest of the artefact at ``path``, None if it is missing or damaged."""
    try:
        return read_manifest(path)
    except (OSError, ValueError):
        return None


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    return sum(stat.st_size for stat in _stats(path) if not S_ISDIR(stat.st_mode))


def unlinked_bytes(path: Path) -> int:
    """Return the bytes that deleting ``path`` frees: none of a file with other hard links."""
    files = [stat for stat in _stats(path) if not S_ISDIR(stat.st_mode)]
    return sum(stat.st_size for stat in files if stat.st_nlink == 1)


def last_change(path: Path) -> float:
    """Return the time at which a file, or anything below a folder, last changed.

    Raises:
        FileNotFoundError: it is gone.
    """
    return max([path.lstat().st_mtime, *(stat.st_mtime for stat in _stats(path))])


def _stats(path: Path) -> list[os.stat_result]:
    """Return the facts of a file, or of a folder and all below it; runs may delete some of it."""
    found = []
    for file in [path, *path.rglob("*")]:
        with suppress(FileNotFoundError):
            found.append(file.lstat())
    return found


def _item(kind: str, path: Path, lock: Path | None = None) -> Iterator[Item]:
    """Yield something, unless it is gone by now."""
    with suppress(FileNotFoundError):
        if (path / MANIFEST).is_file():
            yield Item(kind, path, size_of(path), last_use(path), lock, manifest_of(path))
        else:
            yield Item(kind, path, size_of(path), last_change(path), lock)


def _folders(folder: Path, name: re.Pattern[str]) -> Iterator[Path]:
    """Yield the folders in a folder that have such a name."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.is_dir() and not path.is_symlink() and name.fullmatch(path.name):
                yield path


def _runs(home: Home) -> Iterator[Item]:
    for path in _folders(home.runs, re.compile(r"[^.].*", re.DOTALL)):
        yield from _item(RUNS, path)


def _snapshots(home: Home) -> Iterator[Item]:
    for path in _folders(home.snapshots, DIGEST):
        # The job that makes the model holds the model's lock.
        lock = home.models / f".{path.name}.lock"
        yield from _item(SNAPSHOTS, path, lock)


def _partial_downloads(home: Home) -> Iterator[Item]:
    folder = home.downloads / "partial"
    for path in sorted(folder.glob("[!.]*")):
        if path.suffix != ".lock":
            yield from _item(PARTIAL, path, folder / f"{path.name.partition('.')[0]}.lock")


def _leftovers(home: Home) -> Iterator[Item]:
    """Yield the temporary folders of ``build``, of parity checks and of an earlier ``graft gc``."""
    for folder in (*home.artifacts().values(), home.runs):
        for path in _folders(folder, _LEFTOVER):
            lock = folder / f".{path.name[1 : 1 + DIGEST_LENGTH]}.lock"
            yield from _item(LEFTOVERS, path, lock)
