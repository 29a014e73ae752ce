import stat
from pathlib import Path

import pytest

from deploy.connection import SPARK_CONNECTION
from deploy.passwords import FILE
from deploy.ui_settings import USER, password, ui_environment
from tasks.errors import SetupError
from tasks.storage.paths import Home

CLUSTER = '{"conn_type": "spark", "host": "spark://elsewhere", "port": 7077}'


def test_its_airflow_home_is_its_own(tmp_path: Path) -> None:
    given = ui_environment(8080, {"GRAFT_HOME": str(tmp_path), "AIRFLOW_HOME": "/another"})
    ui = Home(tmp_path).ui
    assert given["AIRFLOW_HOME"] == str(ui) != str(Home(tmp_path).airflow)
    assert given["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == f"sqlite:///{ui}/airflow.db"
    assert given["GRAFT_HOME"] == str(tmp_path)


def test_a_home_elsewhere_keeps_airflow_here(tmp_path: Path) -> None:
    environ = {"GRAFT_HOME": "s3a://bucket/graft", "GRAFT_LOCAL": str(tmp_path)}
    given = ui_environment(8080, environ)
    assert given["AIRFLOW_HOME"] == str(tmp_path / "ui")
    assert given["GRAFT_HOME"] == "s3a://bucket/graft"


@pytest.mark.parametrize("name", ["AIRFLOW_CONFIG", "AIRFLOW__API__SSL_CERT"])
def test_what_belongs_to_another_installation_stays_out(tmp_path: Path, name: str) -> None:
    assert name not in ui_environment(8080, {"GRAFT_HOME": str(tmp_path), name: "/etc/another"})


def test_the_users_own_settings_open_nothing(tmp_path: Path) -> None:
    environ = {
        "GRAFT_HOME": str(tmp_path),
        "AIRFLOW__API__HOST": "0.0.0.0",  # noqa: S104 - what must not come through
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "SPARK_LOCAL_IP": "192.0.2.1",
        "AIRFLOW_VAR_MINE": "kept",
    }
    given = ui_environment(8123, environ)
    assert given["AIRFLOW__API__HOST"] == given["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert given["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    assert given["AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK"] == "False"
    assert given["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "True"
    assert given["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8123/execution/"
    assert given["AIRFLOW_VAR_MINE"] == "kept"


def test_executors_elsewhere_reach_the_driver(tmp_path: Path) -> None:
    given = ui_environment(8080, {"GRAFT_HOME": str(tmp_path), SPARK_CONNECTION: CLUSTER})
    assert "SPARK_LOCAL_IP" not in given


def test_no_proxy_comes_between(tmp_path: Path) -> None:
    given = ui_environment(8080, {"GRAFT_HOME": str(tmp_path), "no_proxy": "example.org"})
    assert given["no_proxy"] == "example.org,127.0.0.1"
    assert given["NO_PROXY"] == "127.0.0.1"


def test_a_password_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    home = Home(tmp_path)
    word = password(home)
    path = Path(ui_environment(8080, {"GRAFT_HOME": str(tmp_path)})[FILE])
    assert path.parent == home.ui
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.ui.stat().st_mode) == 0o700
    assert password(home) == word
    assert password(Home(tmp_path / "another")) != word
    assert len(word) >= 16


def test_airflow_knows_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    word = password(Home(tmp_path))
    for name, value in ui_environment(8080, {"GRAFT_HOME": str(tmp_path)}).items():
        if name.startswith("AIRFLOW__CORE__SIMPLE"):
            monkeypatch.setenv(name, value)
    users = [(user.username, user.role) for user in SimpleAuthManager.get_users()]
    assert users == [(USER, "admin")]
    assert SimpleAuthManager.get_passwords() == {USER: word}


@pytest.mark.parametrize("content", ["", "[]", "{}", "null"])
def test_a_file_without_the_password(tmp_path: Path, content: str) -> None:
    home = Home(tmp_path)
    password(home)
    (home.ui / "passwords.json").write_text(content)
    with pytest.raises(SetupError, match=r"passwords\.json has no password for 'admin': remove it"):
        password(home)
