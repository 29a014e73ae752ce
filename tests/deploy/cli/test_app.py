import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import python_programs
from tasks.storage.paths import CHECKOUT

Graft = Callable[..., Any]
COMMANDS = (
    "run",
    "ui",
    "doctor",
    "train",
    "convert",
    "score",
    "predict",
    "serve",
    "export",
    "report",
    "models",
    "promote",
    "rollback",
    "networks",
    "verify",
    "gc",
    "pipeline",
    "sample",
    "mlflow",
)
PROGRAM = Path(sys.prefix) / "bin" / "graft"


def test_help_names_every_command(graft: Graft) -> None:
    ran = graft("--help")
    assert ran.exit_code == 0
    listed = ran.stdout.split("Commands:")[1]
    assert [line.split()[0] for line in listed.splitlines()[1 : 1 + len(COMMANDS)]] == list(
        COMMANDS
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_whatever_the_environment(command: str, graft: Graft) -> None:
    ran = graft(command, "--help", GRAFT_HOME="s3a://key:word@bucket/graft")
    assert ran.exit_code == 0
    assert ran.stdout.startswith(f"Usage: graft {command} ")


def test_help_imports_nothing_heavy() -> None:
    ran = python_programs.run("graft_imports", "--help")
    assert ran.returncode == 0, ran.stderr
    imported = {name.split(".")[0] for name in json.loads(ran.stdout.splitlines()[-1])}
    heavy = {"airflow", "bigdl", "numpy", "PIL", "pyspark", "requests", "rich", "tensorflow"}
    assert not heavy & imported


def test_is_installed_and_runs_from_any_folder(tmp_path: Path) -> None:
    environ = {"PATH": "/usr/bin:/bin", "GRAFT_HOME": str(tmp_path)}
    for program in ([str(PROGRAM)], [sys.executable, "-m", "deploy.cli"]):
        ran = subprocess.run(
            [*program, "report", "gone"], cwd=tmp_path, env=environ, capture_output=True, text=True
        )
        assert ran.returncode == 1
        assert ran.stderr.startswith(f"error: {tmp_path}/runs/gone has no metrics.json")


def test_what_runs_is_the_checkout(tmp_path: Path) -> None:
    program = "import deploy, tasks; print(deploy.__file__, tasks.__file__)"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    folders = [str(Path(path).parent.parent) for path in ran.stdout.split()]
    assert folders == [str(CHECKOUT)] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rum"], "No such command 'rum'. Did you mean 'run'?"),
        (["run", "--epochs", "5"], "No such option: --epochs"),
    ],
)
def test_a_mistake_is_named(arguments: list[str], message: str, graft: Graft) -> None:
    ran = graft(*arguments)
    assert ran.exit_code == 2
    assert message in ran.stderr
