from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.history import write_week
from tasks.storage.paths import Home

Graft = Callable[..., Any]


@pytest.fixture
def home(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Home:
    """A home of two weeks; nothing of this machine's own temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("tmp")))
    for number in range(2):
        write_week(Home(tmp_path), number, days=50 - number)
    return Home(tmp_path)


def test_by_default_it_lists_what_three_runs_do_not_need(home: Home, graft: Graft) -> None:
    ran = graft("gc", GRAFT_HOME=str(home.root))
    assert ran.exit_code == 0
    assert ran.stdout.startswith("nothing to delete\n")


def test_it_deletes_only_when_told_to(home: Home, graft: Graft) -> None:
    arguments = ("gc", "--keep", "1", "--older-than", "0d")
    ran = graft(*arguments, GRAFT_HOME=str(home.root))
    assert ran.exit_code == 0
    assert ": graft gc --delete\n" in ran.stdout
    assert home.run("scheduled__0").exists()
    ran = graft(*arguments, "--delete", GRAFT_HOME=str(home.root))
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[-1].startswith("freed ")
    assert not home.run("scheduled__0").exists()
    assert home.run("scheduled__1").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--older-than", "5"], 1, "error: age '5', expected a number with h, d or w, such as 12h"),
        (
            ["--keep", "0"],
            2,
            "'--keep': Input should be greater than or equal to 1",
        ),
    ],
)
def test_a_mistake_is_named(graft: Graft, arguments: list[str], status: int, message: str) -> None:
    ran = graft("gc", *arguments)
    assert ran.exit_code == status
    assert message in ran.stderr
