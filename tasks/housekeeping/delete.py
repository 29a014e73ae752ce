"""Deletion of what a plan says, unless somebody has begun to use it since."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from tasks.errors import GraftError
from tasks.housekeeping.inventory import last_change, unlinked_bytes
from tasks.housekeeping.item import TEMPORARY, Item, Ref
from tasks.housekeeping.plan import Plan
from tasks.housekeeping.references import reachable
from tasks.housekeeping.remote import delete_remote
from tasks.housekeeping.temporary import is_left
from tasks.spark.files import HadoopFiles
from tasks.storage.local_files import storage_errors
from tasks.storage.locations import RemotePath
from tasks.storage.manifest import MANIFEST
from tasks.storage.paths import Home
from tasks.storage.use import held_alone, last_use


@dataclass(frozen=True)
class Deleted:
    """End of an item: it is deleted, or it stays.

    Attributes:
        item: the item.
        freed: bytes that it freed; None if it stays, because somebody uses it or needs it.
    """

    item: Item
    freed: int | None


def delete(plan: Plan, home: Home, files: HadoopFiles | None = None) -> Iterator[Deleted]:
    """Delete what goes; yield every item when it is decided.

    What was used since the plan was made stays, with all that it needs. An item is moved to
    ``home.trash`` before its files are deleted, so a killed call leaves nothing half deleted where
    a run could find it; the next call empties the trash.

    Args:
        plan: what goes, in its order.
        home: where it is.
        files: the files of a remote home.

    Raises:
        GraftError: another ``graft gc`` deletes in this home.
        StorageError: something cannot be deleted.
    """
    with storage_errors(home.root), ExitStack() as stack:
        home.trash.mkdir(parents=True, exist_ok=True)
        try:
            stack.enter_context(FileLock(home.trash / ".lock", timeout=0))
        except Timeout:
            raise GraftError(f"another graft gc deletes in {home.root}: wait for its end") from None
        _empty(home.trash)
        kept: set[Ref] = set()
        for item in plan.going:
            freed = None if item.ref in kept else _delete(item, home.trash, files)
            if freed is None:
                kept |= reachable([item.ref], plan.graph)
            yield Deleted(item, freed)


def _empty(trash: Path) -> None:
    for path in trash.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def _delete(item: Item, trash: Path, files: HadoopFiles | None) -> int | None:
    """Return the freed bytes, None if somebody uses an item or has used it since it was listed."""
    if isinstance(item.path, RemotePath):
        return delete_remote(item, files) if files else None
    aside = Path(tempfile.mkdtemp(dir=trash))
    try:
        with ExitStack() as stack:
            if not _is_free(item, item.path, stack):
                return None
            freed = unlinked_bytes(item.path)
            _move(item.path, aside / item.path.name)
    except FileNotFoundError:
        return 0  # somebody else deleted it
    finally:
        shutil.rmtree(aside)
    return freed


def _is_free(item: Item, path: Path, stack: ExitStack) -> bool:
    """Return True, and hold the item for this process alone, if nobody has used it since."""
    if item.kind == TEMPORARY:
        return is_left(path)
    try:
        if item.lock:
            stack.enter_context(FileLock(item.lock, timeout=0))
    except Timeout:
        return False
    if (path / MANIFEST).is_file():
        return stack.enter_context(held_alone(path)) and last_use(path) <= item.last_use
    return last_change(path) <= item.last_use


def _move(path: Path, target: Path) -> None:
    """Move a file or folder, which may be on another disk than the trash."""
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        if path.is_dir():
            (path / MANIFEST).unlink(missing_ok=True)
            shutil.rmtree(path)
        else:
            path.unlink()
