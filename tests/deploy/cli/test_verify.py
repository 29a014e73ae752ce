from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.damage import flip_byte
from support.history import Week, write_week
from tasks.storage.paths import Home

Graft = Callable[..., Any]


@pytest.fixture
def week(tmp_path: Path) -> Week:
    return write_week(Home(tmp_path), 1, days=1)


def test_all_is_whole(week: Week, tmp_path: Path, graft: Graft) -> None:
    ran = graft("verify", GRAFT_HOME=str(tmp_path))
    assert ran.exit_code == 0
    *lines, total = ran.stdout.splitlines()
    assert f"models       {week.made['model'].name}  ok" in lines
    assert len(lines) == len(week.made)
    assert total.startswith(f"{len(lines)} artefacts, ")
    assert total.endswith(": none is damaged")


def test_a_damaged_one_is_named_and_the_status_is_1(
    week: Week, tmp_path: Path, graft: Graft
) -> None:
    flip_byte(week.made["dataset"] / "file")
    ran = graft("verify", GRAFT_HOME=str(tmp_path))
    assert ran.exit_code == 1
    digest = week.made["dataset"].name
    line = f"datasets     {digest}  DAMAGED: file has another content, by its SHA-256"
    assert line in ran.stdout.splitlines()
    assert ran.stdout.endswith(": 1 damaged: a run that needs one makes it anew\n")
    assert (week.made["dataset"] / "file").exists()


def test_damaged_files_are_deleted_when_told_to(week: Week, tmp_path: Path, graft: Graft) -> None:
    flip_byte(week.made["dataset"] / "file")
    assert graft("verify", "--delete", GRAFT_HOME=str(tmp_path)).exit_code == 1
    assert not (week.made["dataset"] / "file").exists()


def test_what_cannot_be_checked_is_status_2(graft: Graft) -> None:
    ran = graft("verify", GRAFT_HOME="s3a://key:topsecret@bucket/graft")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("error: a s3a:// URL has a password in it")
