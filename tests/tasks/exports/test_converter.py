"""Programs that stand for converters: real processes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.exports.converter import ConversionError, run_converter

TELLING = re.compile(r"^ops: (.*)$|^(\w+Error: .*)$", re.M)


@pytest.fixture
def problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs lines of Python as a converter; returns why it failed."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def problem(lines: str, seconds: float = 60) -> str:
        (tmp_path / "own_converter.py").write_text(lines)
        with pytest.raises(ConversionError) as error:
            run_converter(["own_converter"], tmp_path / "model", TELLING, seconds)
        return str(error.value)

    return problem


def test_a_program_gets_its_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    lines = "import pathlib, sys\npathlib.Path(sys.argv[2]).write_text(sys.argv[1])\n"
    (tmp_path / "own_converter.py").write_text(lines)
    target = tmp_path / "model"
    run_converter(["own_converter", "--x", str(target)], target, TELLING)
    assert target.read_text() == "--x"


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("starting\\nops: Floor,  Sub\\nValueError: loc(x)\\nbye", "Floor, Sub"),
        ("Traceback\\nValueError: no Floor\\nbye", "ValueError: no Floor"),
        ("one\\ntwo\\n", "two"),
        ("", "it printed nothing"),
        ("x" * 1000, "x" * 300),
    ],
)
def test_a_program_that_fails(problem: Callable[..., str], printed: str, told: str) -> None:
    lines = f"import sys\nsys.stderr.write('{printed}')\nsys.exit(1)\n"
    assert problem(lines) == f"own_converter cannot convert it ({told})"


def test_a_program_that_writes_nothing(problem: Callable[..., str]) -> None:
    assert problem("print('done')") == "own_converter wrote no file (done)"


def test_a_program_that_is_killed(problem: Callable[..., str]) -> None:
    assert problem("import os; os.kill(os.getpid(), 9)") == "own_converter was ended by signal 9"


def test_a_program_that_does_not_end(problem: Callable[..., str]) -> None:
    assert problem("import time; time.sleep(60)", 1) == "own_converter took more than 1 s"
