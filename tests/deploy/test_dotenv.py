"""scripts/dotenv.sh, which writes the secrets."""

import base64
import json
import re
import stat
import subprocess
from pathlib import Path

import pytest

from tasks.storage.paths import CHECKOUT

SECRETS = (
    "GRAFT_POSTGRES_PASSWORD",
    "GRAFT_FERNET_KEY",
    "GRAFT_JWT_SECRET",
    "GRAFT_SECRET_KEY",
    "GRAFT_SPARK_SECRET",
)


def write(path: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [CHECKOUT / "scripts" / "dotenv.sh", path], capture_output=True, text=True
    )


def test_writes_for_the_owner_only_and_prints_no_secret(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    ran = write(path)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr == f"wrote {path} with random secrets\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_never_touches_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("GRAFT_PORT=9090\n")
    ran = write(path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert path.read_text() == "GRAFT_PORT=9090\n"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    ran = write(tmp_path / "none" / ".env")
    assert ran.returncode != 0
    assert "none/.env: No such file or directory" in ran.stderr


def test_every_secret_is_random(dotenv: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / ".env")
    again = (tmp_path / ".env").read_text()
    for name in SECRETS:
        assert dotenv[name] not in again
    assert dotenv["GRAFT_PASSWORDS"] not in again
    assert len({dotenv[name] for name in SECRETS}) == len(SECRETS)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_has_at_least_192_bits_and_needs_no_quotes(
    name: str, dotenv: dict[str, str]
) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_=-]+", dotenv[name])
    assert len(base64.urlsafe_b64decode(dotenv[name])) >= 24


def test_airflow_takes_the_fernet_key(dotenv: dict[str, str]) -> None:
    from cryptography.fernet import Fernet

    fernet = Fernet(dotenv["GRAFT_FERNET_KEY"])
    assert fernet.decrypt(fernet.encrypt(b"word")) == b"word"


def test_every_user_has_a_password(dotenv: dict[str, str]) -> None:
    passwords = json.loads(dotenv["GRAFT_PASSWORDS"])
    assert [user.split(":")[0] for user in dotenv["GRAFT_USERS"].split(",")] == list(passwords)
    assert all(len(password) == 16 for password in passwords.values())


def test_the_defaults_it_names_are_those_of_the_compose_file(tmp_path: Path) -> None:
    write(tmp_path / ".env")
    named = dict(re.findall(r"^# (GRAFT_\w+)=(\S+)$", (tmp_path / ".env").read_text(), re.M))
    text = (CHECKOUT / "docker-compose.yml").read_text()
    defaults = dict(re.findall(r"\$\{(GRAFT_\w+):-([^}]*)\}", text))
    del defaults["GRAFT_USERS"]
    # Empty by default; what is named is an example.
    for name in ("GRAFT_PARAMS", "GRAFT_NOTIFY"):
        assert defaults.pop(name) == ""
        named.pop(name, None)
    assert named == defaults


def test_git_and_docker_ignore_it() -> None:
    assert ".env" in (CHECKOUT / ".gitignore").read_text().splitlines()
    assert "!.env" not in (CHECKOUT / ".dockerignore").read_text().splitlines()
