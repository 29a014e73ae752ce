"""Temporary files that killed JVMs left: those of Spark, of BigDL, and Graft's own.

A JVM deletes them when it ends, and a killed one cannot. Nobody uses them if no Java process of
this user is as old as they are.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from tasks.housekeeping.inventory import last_change, size_of
from tasks.housekeeping.item import TEMPORARY, Item

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"spark-{_UUID}|blockmgr-{_UUID}|graft-\d+-model\.(pb|bin)|graft-tasks-\w+"
    r"|mkl\.native\.\d+|liblz4-java-\d+\.so(\.lck)?"
)


def temporary_files(folder: Path | None = None) -> Iterator[Item]:
    """Yield what killed JVMs of this user left in the folder of temporary files."""
    for path in sorted((folder or Path(tempfile.gettempdir())).iterdir()):
        with suppress(FileNotFoundError):
            if _NAME.fullmatch(path.name) and is_left(path):
                yield Item(TEMPORARY, path, size_of(path), last_change(path))


def is_left(path: Path) -> bool:
    """Return True if a temporary file is this user's and older than the user's Java processes."""
    if path.lstat().st_uid != os.getuid() or path.is_symlink():
        return False
    changed = last_change(path)
    return all(started > changed for started in _java_starts())


def _java_starts() -> Iterator[float]:
    """Yield when this user's Java processes started, in seconds since 1970."""
    for process in psutil.process_iter(["name", "create_time", "uids"]):
        facts = process.info
        if facts["name"] == "java" and facts["uids"] and facts["uids"].real == os.getuid():
            yield facts["create_time"]
