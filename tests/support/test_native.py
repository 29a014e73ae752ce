from pathlib import Path

import pytest

from support.compose import read_roles
from support.native import LOOPBACK, NativeRoles
from tasks.errors import SetupError

COMPOSE = """
services:
  one:
    command: [program, "--size=${SIZE:-3}", "$${HOME} costs $$5"]
    environment: {SECRET: "${SECRET:?make it first}", EMPTY: "${NOTHING}"}
  two:
    image: two
"""


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    path = tmp_path / "docker-compose.yml"
    path.write_text(COMPOSE)
    return path


def test_fills_in_variables_as_compose_does(compose: Path) -> None:
    one = read_roles({"SECRET": "s"}, compose)["one"]
    assert one.command == ("program", "--size=3", "${HOME} costs $5")
    assert one.environment == {"SECRET": "s", "EMPTY": ""}
    assert read_roles({"SECRET": "s", "SIZE": "4"}, compose)["one"].command[1] == "--size=4"


def test_a_variable_that_is_needed(compose: Path) -> None:
    with pytest.raises(SetupError, match=r"^SECRET is not set: make it first$"):
        read_roles({}, compose)


def test_native_roles_meet_on_loopback(tmp_path: Path) -> None:
    names = (
        "POSTGRES_PASSWORD",
        "FERNET_KEY",
        "SECRET_KEY",
        "JWT_SECRET",
        "SPARK_SECRET",
        "PASSWORDS",
    )
    roles = NativeRoles(tmp_path, {f"GRAFT_{name}": "x" for name in names})
    given = roles.environment(roles.roles["airflow-scheduler"])
    api, postgres = (roles.ports[name] for name in ("AIRFLOW__API__PORT", "POSTGRES_PORT"))
    assert given["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == f"http://{LOOPBACK}:{api}/execution/"
    assert f"@{LOOPBACK}:{postgres}/" in given["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert given["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert len(set(roles.ports.values())) == len(roles.ports)
    assert not [value for value in given.values() if "airflow-apiserver:" in value]
