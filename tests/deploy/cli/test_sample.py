"""``graft sample``; tests/tasks/sample/test_make.py looks at what ``make`` prints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Graft = Callable[..., Any]


def test_contact_sheet_writes_a_picture(graft: Graft, tmp_path: Path) -> None:
    assert graft("sample", "contact-sheet", str(tmp_path / "sheet")).exit_code == 0
    assert Image.open(tmp_path / "sheet").format == "PNG"


@pytest.mark.parametrize("command", ["make", "contact-sheet"])
def test_a_folder_that_cannot_be_written_is_one_line(
    command: str, graft: Graft, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    arguments = [] if command == "make" else [str(tmp_path / "file" / "sheet.png")]
    home = str(tmp_path / "file" / "home")
    ran = graft("sample", command, *arguments, GRAFT_HOME=home)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"error: cannot write {tmp_path / 'file'}")
    assert len(ran.stderr.splitlines()) == 1


def test_without_a_command_it_names_them(graft: Graft) -> None:
    ran = graft("sample")
    assert ran.exit_code == 2
    assert "contact-sheet" in ran.output


def test_an_argument_that_is_missing_is_named(graft: Graft) -> None:
    ran = graft("sample", "contact-sheet")
    assert ran.exit_code == 2
    assert "Missing argument 'PATH'" in ran.stderr


def test_help_names_the_commands(graft: Graft) -> None:
    ran = graft("sample", "--help")
    assert ran.exit_code == 0
    assert "make" in ran.stdout
    assert "contact-sheet" in ran.stdout
