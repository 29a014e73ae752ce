"""Environments that want to harm the terminal of whoever runs Graft in them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.storage.paths import CHECKOUT

CLEAR = "\x1b[2J\x1b[H"
#: Names that a folder may have, and what is shown of them.
NAMES = {
    f"{CLEAR}succeeded in 3 s": r"\x1b[2J\x1b[Hsucceeded in 3 s",
    "a\nsucceeded in 3 s\n": r"a\nsucceeded in 3 s\n",
    "gnp\u202egraft": r"gnp\u202egraft",
    "caf\udce9": r"caf\udce9",
}


def graft(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, "COLUMNS": "1000", **variables},
        capture_output=True,
        timeout=120,
    )


def only_line(content: bytes) -> str:
    line = content.decode()
    assert line.endswith("\n")
    assert line[:-1].isprintable(), line
    return line[:-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_folders_name_is_shown_escaped(tmp_path: Path, name: str) -> None:
    ran = graft("report", "a", GRAFT_HOME=str(tmp_path / name), LC_ALL="C")
    assert ran.returncode == 1
    line = only_line(ran.stderr)
    assert line.startswith("error: ")
    assert NAMES[name] in line
    assert not ran.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_name_that_the_stream_cannot_spell_is_shown(tmp_path: Path, encoding: str) -> None:
    ran = graft("report", "a", GRAFT_HOME=str(tmp_path / "花"), PYTHONIOENCODING=encoding)
    assert ran.returncode == 1
    shown = "花" if encoding == "utf-8" else r"\u82b1"
    assert shown in ran.stderr.decode(encoding)


@pytest.mark.parametrize("home", [f"/dev/null/{CLEAR}", "/dev/null/caf\udce9"])
def test_a_home_that_cannot_be_written_is_one_line(home: str) -> None:
    ran = graft("report", "a", GRAFT_HOME=home)
    assert ran.returncode == 1
    assert only_line(ran.stderr).startswith("error: ")
