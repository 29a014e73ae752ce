"""``graft gc``: finds what nobody needs in a home, and says it in lines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tasks.housekeeping.amounts import show_age, show_bytes
from tasks.housekeeping.delete import delete
from tasks.housekeeping.inventory import inventory
from tasks.housekeeping.item import Item
from tasks.housekeeping.plan import Plan, Policy, freed_bytes, make_plan
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
    """
    items = [*inventory(home), *temporary_files()]
    if files and not is_training(home):
        items += remote_artifacts(home, files)
    return make_plan(items, policy)


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
            yield from map(_item_line, plan.going)
            yield from _summary(plan, policy)
            return
        freed = 0
        for deleted in delete(plan, home, files):
            in_use = "" if deleted.freed is not None else "  stays, it is in use"
            yield f"{_item_line(deleted.item)}{in_use}"
            freed += deleted.freed or 0
    yield f"freed {show_bytes(freed)}"


def _item_line(item: Item) -> str:
    age = show_age(timedelta(seconds=time.time() - item.last_use))
    return f"  {item.kind:<20} {show_bytes(item.size):>10}  {age + ' ago':<16} {item.path}"


def _summary(plan: Plan, policy: Policy) -> Iterator[str]:
    if plan.going:
        freed = show_bytes(freed_bytes(plan.going))
        yield f"{len(plan.going):,} items would go and free {freed}: graft gc --delete"
    else:
        yield "nothing to delete"
    staying = show_bytes(sum(item.size for item in plan.staying))
    yield (
        f"{len(plan.staying):,} items stay, {staying}: the newest {policy.keep} runs and models, "
        f"what they need, and what was used within {show_age(policy.older_than)}"
    )
