"""scripts/compose.sh: make up, down and logs, with a stand-in for the client."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tasks.storage.paths import CHECKOUT

#: Answers as far as $WORKS goes, and notes what else it is asked.
CLIENT = """#!/bin/bash
case "$*" in
"compose version") [ "$WORKS" != client ] ;;
"version") [ "$WORKS" = engine ] ;;
"compose port "*) echo "127.0.0.1:${!#}" ;;
*) echo "$*" >>"$NOTES" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The scripts, in a checkout without a ``.env``."""
    shutil.copytree(CHECKOUT / "scripts", tmp_path / "checkout" / "scripts")
    return tmp_path / "checkout"


def run(checkout: Path, command: str, works: str) -> "subprocess.CompletedProcess[str]":
    binaries = checkout.parent / "bin"
    binaries.mkdir()
    for program in ("bash", "dirname", "head", "base64", "tr", "cat"):
        (binaries / program).symlink_to(str(shutil.which(program)))
    if works:
        (binaries / "docker").write_text(CLIENT)
        (binaries / "docker").chmod(0o755)
    return subprocess.run(
        [checkout / "scripts" / "compose.sh", command],
        env={"PATH": str(binaries), "WORKS": works, "NOTES": str(checkout / "notes")},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("command", ["up", "down", "logs"])
@pytest.mark.parametrize(
    ("works", "message"),
    [
        ("", "docker is not on PATH: install Docker"),
        ("client", "docker has no compose plugin: install docker-compose-plugin"),
        ("plugin", "the Docker engine does not answer: start it"),
    ],
)
def test_says_in_a_line_what_is_missing(
    command: str, works: str, message: str, checkout: Path
) -> None:
    ran = run(checkout, command, works)
    assert ran.returncode == 1
    assert re.fullmatch(rf"make {command}: {message}.*\n", ran.stderr)
    assert not (checkout / ".env").exists()
    assert not (checkout / "notes").exists()


def test_up_writes_the_settings_starts_and_says_how_to_log_in(checkout: Path) -> None:
    ran = run(checkout, "up", "engine")
    assert ran.returncode == 0, ran.stderr
    assert (checkout / "notes").read_text() == "compose up --build --detach --wait\n"
    assert ran.stdout.splitlines()[1:] == [
        "Airflow   http://127.0.0.1:8080",
        "Spark     http://127.0.0.1:8081",
        "model     http://127.0.0.1:8501, from the first promotion on",
        "log in    as admin; the password: grep GRAFT_PASSWORDS .env",
    ]
    (line,) = [x for x in (checkout / ".env").read_text().splitlines() if "GRAFT_PASSWORDS" in x]
    assert line.split('"')[3] not in ran.stdout + ran.stderr


def test_down_keeps_the_volumes_and_says_how_to_remove_them(checkout: Path) -> None:
    ran = run(checkout, "down", "engine")
    assert (checkout / "notes").read_text() == "compose down\n"
    assert ran.stdout.rstrip().endswith("To remove them as well: docker compose down --volumes")


def test_logs_follows(checkout: Path) -> None:
    assert run(checkout, "logs", "engine").returncode == 0
    assert (checkout / "notes").read_text() == "compose logs --follow --tail 100\n"


def test_another_command_is_refused(checkout: Path) -> None:
    ran = run(checkout, "restart", "engine")
    assert ran.returncode == 1
    assert ran.stderr == "make restart: unknown, expected up, down or logs\n"
