"""Homes with a past; nothing of this machine's own temporary files."""

import subprocess
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from support.history import Week, write_week
from tasks.housekeeping.delete import Deleted, delete
from tasks.housekeeping.gc import plan_gc
from tasks.housekeeping.plan import Policy
from tasks.storage.paths import Home

Gc = Callable[..., list[Deleted]]


@pytest.fixture(autouse=True)
def temporary_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of temporary files of each test."""
    folder = tmp_path_factory.mktemp("tmp")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def written_weeks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Sequence[Week]]:
    """A home with five scheduled runs, which tests copy."""
    home = Home(tmp_path_factory.mktemp("weeks") / "home")
    return home, [write_week(home, number, days=7 * (4 - number) + 1) for number in range(5)]


@pytest.fixture
def weeks(home: Home, written_weeks: tuple[Home, Sequence[Week]]) -> Sequence[Week]:
    """Five scheduled runs, the oldest first; the newest is a day old."""
    written, weeks = written_weeks
    # Hard links, modes and times stay as they are.
    subprocess.run(["cp", "-a", written.root, home.root], check=True)

    def here(path: Path) -> Path:
        return home.root / path.relative_to(written.root)

    return [Week(here(w.run), {name: here(path) for name, path in w.made.items()}) for w in weeks]


@pytest.fixture
def gc(home: Home) -> Gc:
    """Delete what nobody needs."""

    def gc(keep: int = 1, days: float = 0) -> list[Deleted]:
        return list(delete(plan_gc(home, Policy(keep, timedelta(days=days))), home))

    return gc
