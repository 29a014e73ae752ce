"""Temporary files that killed JVMs left: those of Spark, of BigDL, and Graft's own.

A JVM deletes them when it ends, and a killed one cannot. Nobody uses them if no Java process of
this user is as old as they are.
"""

import math
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
    # Once for all: a folder may hold thousands of such files.
    oldest = _oldest_java()
    for path in sorted((folder or Path(tempfile.gettempdir())).iterdir()):
        with suppress(FileNotFoundError):
            if _NAME.fullmatch(path.name) and _is_older(path, oldest):
                yield Item(TEMPORARY, path, size_of(path), last_change(path))


def is_left(path: Path) -> bool:
    """Return True if a temporary file is this user's and older than the user's Java processes."""
    return _is_older(path, _oldest_java())


def _is_older(path: Path, oldest: float) -> bool:
    if path.lstat().st_uid != os.getuid() or path.is_symlink():
        return False
    return last_change(path) < oldest


def _oldest_java() -> float:
    """Return when the oldest of this user's Java processes started, in seconds since 1970."""
    processes = psutil.process_iter(["name", "create_time", "uids"])
    facts = (process.info for process in processes)
    ours = (each for each in facts if each["uids"] and each["uids"].real == os.getuid())
    return min((each["create_time"] for each in ours if each["name"] == "java"), default=math.inf)
