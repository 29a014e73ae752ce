"""The program with a stand-in for Airflow; tests/e2e runs the DAG with the real one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tasks.storage.paths import CHECKOUT

Ran = subprocess.CompletedProcess[str]
START = "import atexit, os, sys\natexit.register(lambda: print('registered by airflow'))\n"


def run(folder: Path, main: str) -> Ran:
    """Run the program with an Airflow whose main function has this body."""
    (folder / "airflow").mkdir()
    (folder / "airflow" / "__init__.py").touch()
    (folder / "airflow" / "__main__.py").write_text(f"{START}{main}\n")
    return subprocess.run(
        [sys.executable, "-m", "deploy.airflow_command", "dags", "test", "a b"],
        env={"PYTHONPATH": f"{folder}:{CHECKOUT}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_airflow_gets_the_words_as_its_own(tmp_path: Path) -> None:
    ran = run(tmp_path, "print(sys.argv[1:])")
    assert ran.stdout.splitlines()[0] == "['dags', 'test', 'a b']"


@pytest.mark.parametrize(
    ("main", "status"),
    [
        ("pass", 0),
        ("sys.exit()", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('no such DAG')", 1),
        ("raise ValueError('defect')", 1),
    ],
)
def test_the_status_is_airflows_and_what_it_left_for_its_end_is_done(
    tmp_path: Path, main: str, status: int
) -> None:
    ran = run(tmp_path, main)
    assert (ran.returncode, ran.stdout) == (status, "registered by airflow\n")
    for word in ("no such DAG", "ValueError: defect"):
        assert (word in ran.stderr) == (word.split()[-1] in main)


def test_modules_are_not_taken_down(tmp_path: Path) -> None:
    late = "import airflow; airflow.kept = type('K', (), {'__del__': lambda _: print('late')})()"
    assert run(tmp_path, late).stdout == "registered by airflow\n"
