"""What graft gc prints."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from support.history import Week, age
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
        ": the newest run and model, what goes on, champions and the versions before them, and "
        "what they need"
    )
    assert all(week.run.exists() for week in weeks)


def test_nothing_to_delete_is_said(home: Home, weeks: Sequence[Week]) -> None:
    lines = list(gc_lines(home, Policy(), deletes=False))
    assert lines[0] == "nothing to delete"
    assert lines[1].endswith(
        ": the newest 3 runs and models, what was used within 30 days, what goes on, champions "
        "and the versions before them, and what they need"
    )


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


@pytest.fixture
def temporary(temporary_folder: Path) -> list[Path]:
    """What killed JVMs left: two files of 1 KiB, before every Java process of this machine."""
    files = [temporary_folder / f"graft-{number}-model.bin" for number in (1, 2)]
    for number, file in enumerate(files):
        file.write_bytes(b"x" * 1024)
        age(file, 400 + number)
    return files


def test_temporary_files_are_one_line(
    home: Home, temporary: list[Path], temporary_folder: Path
) -> None:
    lines = list(gc_lines(home, POLICY, deletes=False))
    what = f"2 files and folders in {temporary_folder}"
    assert " ".join(lines[0].split()) == f"left by killed JVMs 2.0 KiB 400 days ago {what}"
    assert lines[1] == "2 items would go and free 2.0 KiB: graft gc --delete"
    line, freed = gc_lines(home, POLICY, deletes=True)
    assert (line, freed) == (lines[0], "freed 2.0 KiB")
    assert not any(file.exists() for file in temporary)


def test_one_item_is_one(home: Home, temporary: list[Path], temporary_folder: Path) -> None:
    temporary[0].unlink()
    line, total, stays = gc_lines(home, POLICY, deletes=False)
    assert line.endswith(f"  1 file or folder in {temporary_folder}")
    assert total == "1 item would go and free 1.0 KiB: graft gc --delete"
    assert stays.startswith("0 items stay, 0 B: ")
