"""What graft gc prints."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from filelock import FileLock

from support.history import Week
from tasks.housekeeping import roots
from tasks.housekeeping.gc import gc_lines
from tasks.housekeeping.plan import Policy
from tasks.storage.paths import Home

POLICY = Policy(keep=1, older_than=timedelta(0))


def test_everything_that_would_go_is_a_line_with_its_size_and_age(
    home: Home, weeks: Sequence[Week]
) -> None:
    lines = list(gc_lines(home, POLICY, deletes=False))
    model = weeks[0].made["model"]
    (line,) = (line for line in lines if str(model) in line)
    kind, size, unit, age, rest = line.split(maxsplit=4)
    assert (kind, unit, age) == ("models", "KiB", "29")
    assert float(size) > 1
    assert rest.split() == ["days", "ago", str(model)]
    *items, total, stays = lines
    assert total == f"{len(items)} items would go and free {total.split('free ')[1]}"
    assert total.endswith(" KiB: graft gc --delete")
    assert stays.startswith(f"{len(set(weeks[-1].made.values())) + 1} items stay, ")
    assert stays.endswith(
        "the newest 1 runs and models, what they need, and what was used within 0 minutes"
    )
    assert all(week.run.exists() for week in weeks)


def test_nothing_to_delete_is_said(home: Home, weeks: Sequence[Week]) -> None:
    lines = list(gc_lines(home, Policy(), deletes=False))
    assert lines[0] == "nothing to delete"
    assert lines[1].endswith("within 30 days")


def test_deletion_frees_what_was_promised(home: Home, weeks: Sequence[Week]) -> None:
    *listed, total, _ = gc_lines(home, POLICY, deletes=False)
    *gone, freed = gc_lines(home, POLICY, deletes=True)
    assert gone == listed
    assert total == f"{len(listed)} items would go and free {freed[6:]}: graft gc --delete"
    assert not weeks[0].run.exists()


def test_what_stays_after_all_is_said(
    home: Home, weeks: Sequence[Week], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run took the lock after the plan was made."""
    model = weeks[0].made["model"]
    monkeypatch.setattr(roots, "is_locked", lambda _: False)
    with FileLock(model.parent / f".{model.name}.lock"):
        lines = list(gc_lines(home, POLICY, deletes=True))
    (line,) = (line for line in lines if str(model) in line)
    assert line.endswith(f"{model}  stays, it is in use")
    assert model.exists()
