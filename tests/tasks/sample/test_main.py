import json
from pathlib import Path

import pytest
from PIL import Image

from tasks.sample.__main__ import main


def test_make_prints_the_params_of_a_run(
    sample_home: Path,
    printed_conf: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GRAFT_HOME", str(sample_home))
    assert main(["make"]) == 0
    assert json.loads(capsys.readouterr().out) == printed_conf


def test_contact_sheet_writes_a_picture(tmp_path: Path) -> None:
    assert main(["contact-sheet", str(tmp_path / "sheet")]) == 0
    assert Image.open(tmp_path / "sheet").format == "PNG"


@pytest.mark.parametrize("command", ["make", "contact-sheet"])
def test_a_folder_that_cannot_be_written_is_one_line(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path / "file" / "home"))
    arguments = [] if command == "make" else [str(tmp_path / "file" / "sheet.png")]
    assert main([command, *arguments]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"error: cannot write {tmp_path / 'file'}")
    assert len(output.err.splitlines()) == 1


def test_a_missing_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "the following arguments are required: COMMAND" in capsys.readouterr().err


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "make" in printed
    assert "contact-sheet" in printed
