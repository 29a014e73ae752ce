"""scripts/entrypoint.sh, which runs natively as it does in a container."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from deploy.connection import SPARK_CONNECTION
from deploy.environment import environment
from deploy.passwords import FILE, PASSWORDS
from tasks.storage.paths import CHECKOUT

ENTRYPOINT = CHECKOUT / "scripts" / "entrypoint.sh"


def run(folder: Path, *command: str, **given: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ENTRYPOINT, *command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "GRAFT_HOME": str(folder / "a home"), **given},
        capture_output=True,
        text=True,
    )


def variables(ran: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    assert ran.returncode == 0, ran.stderr
    return dict(line.split("=", 1) for line in ran.stdout.split("\0") if line)


def test_gives_the_command_grafts_environment(tmp_path: Path) -> None:
    seen = variables(run(tmp_path, "env", "-0"))
    wanted = environment({"PATH": "/usr/bin:/bin", "GRAFT_HOME": str(tmp_path / "a home")})
    binaries = CHECKOUT / ".venv" / "bin"
    assert seen["PATH"] == f"{binaries}{os.pathsep}/usr/bin:/bin"
    for name in ("SPARK_HOME", "JAVA_HOME", "PYTHONPATH", "AIRFLOW_HOME", "SPARK_CONF_DIR"):
        assert seen[name] == wanted[name]
    assert (tmp_path / "a home" / "spark-conf" / "spark-defaults.conf").is_file()


def test_keeps_what_is_set(tmp_path: Path) -> None:
    given = {
        SPARK_CONNECTION: '{"conn_type": "spark", "host": "spark://spark-master", "port": 7077}',
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "SPARK_MASTER_PORT": "7077",
    }
    assert variables(run(tmp_path, "env", "-0", **given)).items() >= given.items()


@pytest.mark.parametrize("program", ["airflow", "spark-class", "spark-submit", "python"])
def test_programs_are_the_locks(program: str, tmp_path: Path) -> None:
    ran = run(tmp_path, "bash", "-c", f"command -v {program}")
    assert ran.stdout == f"{CHECKOUT / '.venv' / 'bin' / program}\n"


def test_gives_arguments_and_exit_status_through(tmp_path: Path) -> None:
    ran = run(tmp_path, "bash", "-c", 'printf "%s|" "$@"; exit 7', "name", "a b", "$c", "")
    assert (ran.returncode, ran.stdout) == (7, "a b|$c||")


def test_becomes_the_command(tmp_path: Path) -> None:
    """So a signal to the container reaches it."""
    started = subprocess.Popen(
        [ENTRYPOINT, "bash", "-c", "echo $$"],
        env={"PATH": "/usr/bin:/bin", "GRAFT_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.communicate()[0] == f"{started.pid}\n"


def test_writes_the_passwords_and_hides_them_from_the_command(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    given = {PASSWORDS: '{"admin": "hunter2"}', FILE: str(path)}
    ran = run(tmp_path, "env", "-0", **given)
    assert PASSWORDS not in variables(ran)
    assert "hunter2" not in ran.stdout + ran.stderr
    assert json.loads(path.read_text()) == {"admin": "hunter2"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({PASSWORDS: "word", FILE: "/nowhere"}, f"error: {PASSWORDS} is no JSON object"),
        ({"GRAFT_HOME": "/dev/null"}, "error: cannot write /dev/null"),
    ],
)
def test_starts_nothing_after_an_error(given: dict[str, str], message: str, tmp_path: Path) -> None:
    ran = run(tmp_path, "echo", "started", **given)
    assert ran.returncode == 1
    assert ran.stderr.startswith(message)
    assert ran.stdout == ""


def test_becomes_an_executor_for_kubernetes(tmp_path: Path) -> None:
    ran = run(tmp_path, "executor")
    assert ran.returncode == 1
    assert ran.stderr.endswith("not set: this command is for pods that Spark starts as executors\n")


def test_says_that_a_command_is_missing(tmp_path: Path) -> None:
    ran = run(tmp_path)
    assert ran.returncode == 2
    assert ran.stderr == (
        "entrypoint.sh: no command, expected one: scripts/entrypoint.sh airflow scheduler\n"
    )


def test_says_that_the_environment_is_missing(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    copy = scripts / "entrypoint.sh"
    copy.write_bytes(ENTRYPOINT.read_bytes())
    ran = subprocess.run(["bash", copy, "true"], capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr == f"entrypoint.sh: no {tmp_path}/.venv yet: run make setup\n"
