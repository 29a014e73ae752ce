"""``graft gc``: finds what nobody needs in a home, and says it in lines."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from tasks.housekeeping.amounts import show_age, show_bytes, show_count
from tasks.housekeeping.delete import delete
from tasks.housekeeping.inventory import inventory
from tasks.housekeeping.item import TEMPORARY, Item
from tasks.housekeeping.plan import Plan, Policy, freed_bytes, make_plan
from tasks.housekeeping.registries import champions
from tasks.housekeeping.remote import is_training, remote_artifacts
from tasks.housekeeping.temporary import temporary_files
from tasks.spark.files import HadoopFiles, hadoop_files
from tasks.storage.paths import Home


def plan_gc(home: Home, policy: Policy, files: HadoopFiles | None = None) -> Plan:
    """Return what goes and what stays.

    Args:
        home: the home.
        policy: what the user wants to keep.
        files: the files of a remote home; without them, and while this machine trains, all that is
            remote stays.

    Raises:
        DataError: a registry is damaged, so that nobody knows what it needs.
    """
    items = [*inventory(home), *temporary_files()]
    if files and not is_training(home):
        items += remote_artifacts(home, files)
    return make_plan(items, policy, champions(home))


@contextmanager
def remote_files(home: Home) -> Iterator[HadoopFiles | None]:
    """Yield the files of a remote home, None if the home is local."""
    if home.remote is None:
        yield None
    else:
        with hadoop_files() as files:
            yield files


def gc_lines(home: Home, policy: Policy, *, deletes: bool) -> Iterator[str]:
    """List what nobody needs, or delete it; yield a line about everything, and a summary."""
    with remote_files(home) as files:
        plan = plan_gc(home, policy, files)
        if not deletes:
            yield from (_item_line(item) for item in plan.going if item.kind != TEMPORARY)
            yield from _temporary_line([item for item in plan.going if item.kind == TEMPORARY])
            yield from _summary(plan, policy)
            return
        freed = 0
        temporary = []
        for deleted in delete(plan, home, files):
            freed += deleted.freed or 0
            if deleted.item.kind != TEMPORARY:
                in_use = "" if deleted.freed is not None else "  stays, it is in use"
                yield f"{_item_line(deleted.item)}{in_use}"
            elif deleted.freed is not None:
                temporary.append(deleted.item)
        yield from _temporary_line(temporary)
    yield f"freed {show_bytes(freed)}"


def _item_line(item: Item) -> str:
    return _line(item.kind, item.size, item.last_use, str(item.path))


def _temporary_line(items: Sequence[Item]) -> Iterator[str]:
    """Yield one line about all temporary files, since a killed JVM leaves several."""
    if items:
        newest = max(item.last_use for item in items)
        folders = ", ".join(sorted({str(item.path.parent) for item in items}))
        what = f"{show_count(len(items), 'file or folder', 'files and folders')} in {folders}"
        yield _line(TEMPORARY, sum(item.size for item in items), newest, what)


def _line(kind: str, size: int, last_use: float, what: str) -> str:
    age = show_age(timedelta(seconds=time.time() - last_use))
    return f"  {kind:<20} {show_bytes(size):>10}  {age + ' ago':<16} {what}"


def _summary(plan: Plan, policy: Policy) -> Iterator[str]:
    if plan.going:
        freed = show_bytes(freed_bytes(plan.going))
        going = show_count(len(plan.going), "item", "items")
        yield f"{going} would go and free {freed}: graft gc --delete"
    else:
        yield "nothing to delete"
    staying = show_bytes(sum(item.size for item in plan.staying))
    stay = show_count(len(plan.staying), "item stays", "items stay")
    newest = "run and model" if policy.keep == 1 else f"{policy.keep} runs and models"
    used = show_age(policy.older_than)
    lately = f", what was used within {used}" if policy.older_than else ""
    yield (
        f"{stay}, {staying}: the newest {newest}{lately}, what goes on, champions and the versions "
        "before them, and what they need"
    )
