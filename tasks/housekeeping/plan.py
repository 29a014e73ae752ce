"""Plan of ``graft gc``: what goes, in the order in which it goes, and what stays."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tasks.housekeeping.item import (
    LEFTOVERS,
    PARTIAL,
    RUNS,
    SNAPSHOTS,
    TEMPORARY,
    UNFINISHED,
    Item,
    Ref,
)
from tasks.housekeeping.references import References, reachable, references
from tasks.housekeeping.roots import is_in_use, roots
from tasks.storage.paths import ARTIFACT_KINDS

#: Order in which items go: nothing is left that needs something that is gone.
ORDER = (RUNS, *ARTIFACT_KINDS, SNAPSHOTS, UNFINISHED, PARTIAL, LEFTOVERS, TEMPORARY)
# What a killed run can go on from stays for a day at least: it may be tried again.
_RESUMABLE = {SNAPSHOTS, UNFINISHED, PARTIAL}
_RETRIES = timedelta(days=1)
# Nobody can use these.
_GARBAGE = {LEFTOVERS, TEMPORARY}


@dataclass(frozen=True)
class Policy:
    """Wishes of the user: what is kept.

    Attributes:
        keep: the newest runs and the newest models, so many of each.
        older_than: what was used within this time.
    """

    keep: int = 3
    older_than: timedelta = timedelta(days=30)


@dataclass(frozen=True)
class Plan:
    """Decision about every item: it goes or it stays.

    Attributes:
        going: in the order in which they go.
        staying: the rest.
        graph: what runs and artefacts need.
    """

    going: Sequence[Item]
    staying: Sequence[Item]
    graph: References


def make_plan(items: Iterable[Item], policy: Policy, needed: Collection[Ref] = ()) -> Plan:
    """Decide about every item of an inventory.

    Args:
        items: the inventory.
        policy: what the user wants to keep.
        needed: what stays in any case, with all that it needs.
    """
    listed = sorted(items, key=lambda item: (ORDER.index(item.kind), str(item.path)))
    graph = references(listed)
    wanted = roots(listed, keep=policy.keep, older_than=policy.older_than)
    kept = reachable({*wanted, *needed}, graph)
    now = time.time()

    def goes(item: Item) -> bool:
        if item.kind in _GARBAGE:
            return not is_in_use(item)
        if item.kind in _RESUMABLE:
            age = max(policy.older_than, _RETRIES).total_seconds()
            return now - item.last_use >= age and not is_in_use(item)
        return item.ref not in kept

    going = [item for item in listed if goes(item)]
    return Plan(going, [item for item in listed if item not in going], graph)


def freed_bytes(going: Iterable[Item]) -> int:
    """Return how much room there will be: a file with hard links elsewhere frees none."""
    remote = 0
    links: Counter[tuple[int, int]] = Counter()
    sizes: dict[tuple[int, int], tuple[int, int]] = {}
    for item in going:
        if not isinstance(item.path, Path):
            remote += item.size
            continue
        for file in [item.path, *item.path.rglob("*")]:
            stat = file.lstat()
            if not file.is_dir():
                links[stat.st_dev, stat.st_ino] += 1
                sizes[stat.st_dev, stat.st_ino] = stat.st_size, stat.st_nlink
    return remote + sum(size for inode, (size, count) in sizes.items() if links[inode] >= count)
