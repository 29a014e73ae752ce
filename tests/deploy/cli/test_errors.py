import pytest
import typer

from deploy.cli.errors import one_line_errors
from tasks.errors import DataError, SetupError


def test_an_error_of_ours_is_one_line_and_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, one_line_errors(2):
        raise SetupError("no Java 17: run make setup")
    assert ended.value.exit_code == 2
    assert capsys.readouterr() == ("", "error: no Java 17: run make setup\n")


def test_the_status_is_1_unless_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, one_line_errors():
        raise DataError("labels.txt is empty")
    assert ended.value.exit_code == 1


def test_a_defect_keeps_its_traceback() -> None:
    with pytest.raises(KeyError), one_line_errors():
        raise KeyError("path")
