"""History of a registry: a file of events, of which versions and aliases follow.

Events are only ever added. A change writes the file beside its place and renames it, under a lock:
a reader sees the history before it or after it, whoever is killed, and no change is lost.
"""

import functools
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import FileLock

from tasks.errors import DataError, ParamsError
from tasks.registry.event import Event
from tasks.registry.state import Registry
from tasks.runs.typed_json import from_json
from tasks.storage.local_files import (
    MAX_JSON_BYTES,
    make_folder,
    parse_json,
    storage_errors,
    write_text,
)
from tasks.storage.paths import Home

HISTORY = "history.jsonl"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
#: Decides on the events to add to a registry.
Change = Callable[[Registry], Sequence[Event]]


def registry_folder(home: Home, name: str) -> Path:
    """Return the folder of a registry.

    Raises:
        ParamsError: the name is not one of a registry.
    """
    if not _NAME.fullmatch(name):
        raise ParamsError(
            f"the model's name is {name!r}, expected lower-case letters, digits, - and _, such as "
            "flowers"
        )
    return home.registry / name


def registry_names(home: Home) -> list[str]:
    """Return the names of the registries of a home."""
    names = (path.parent.name for path in home.registry.glob(f"*/{HISTORY}"))
    return sorted(name for name in names if _NAME.fullmatch(name))


def read_registry(home: Home, name: str) -> Registry:
    """Return a registry as it is now; an empty one if nothing has been registered.

    Raises:
        DataError: its history cannot be read.
        ParamsError: the name is not one of a registry.
    """
    path = registry_folder(home, name) / HISTORY
    try:
        facts = path.stat()
    except FileNotFoundError:
        return Registry(())
    return _read(path, facts)


def change_registry(home: Home, name: str, change: Change) -> Registry:
    """Add events to a registry and return it.

    Args:
        home: where it is.
        name: of the registry.
        change: gets the registry, which no other process changes meanwhile; returns the events.

    Raises:
        StorageError: the history cannot be written.
        DataError: it cannot be read.
    """
    folder = registry_folder(home, name)
    with storage_errors(folder):
        make_folder(folder)
        with FileLock(folder / ".lock"):
            before = read_registry(home, name)
            added = tuple(change(before))
            if not added:
                return before
            after = Registry((*before.events, *added))
            for leftover in folder.glob(f".{HISTORY}.*"):
                leftover.unlink()  # of a killed process: nobody else writes now
            lines = (json.dumps(event.as_json()) for event in after.events)
            write_text(folder / HISTORY, "".join(f"{line}\n" for line in lines))
            return after


def _read(path: Path, facts: os.stat_result) -> Registry:
    # Whoever serves the champion asks every second; the file is another one after each change.
    return _load(path, facts.st_ino, facts.st_mtime_ns, facts.st_size)


@functools.lru_cache(maxsize=16)
def _load(path: Path, _inode: int, _changed: int, _size: int) -> Registry:
    try:
        with path.open("rb") as stream:
            return _parse(stream.read(MAX_JSON_BYTES + 1))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} is damaged or of another version ({error}): restore it from a backup, or move "
            "it away, and the next run begins a new registry"
        ) from None


def _parse(content: bytes) -> Registry:
    """Return the registry of a history's content.

    Raises:
        ValueError: it is not a history.
    """
    if len(content) > MAX_JSON_BYTES:
        raise ValueError(f"it has more than {MAX_JSON_BYTES:,} bytes")
    registry = Registry(tuple(from_json(Event, parse_json(line)) for line in content.splitlines()))
    for event in registry.events:
        if event.number not in registry.versions:
            raise ValueError(f"version {event.number} was never registered")
    return registry
