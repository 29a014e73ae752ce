import json
import stat
from pathlib import Path

import pytest

from deploy.passwords import FILE, PASSWORDS, USERS, main, write_passwords
from tasks.errors import SetupError, StorageError


def given(path: Path, passwords: str, users: str = "admin:admin") -> dict[str, str]:
    return {FILE: str(path), PASSWORDS: passwords, USERS: users}


def test_writes_what_airflow_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    path = tmp_path / "passwords.json"
    variables = given(path, '{"admin": "word", "eve": "other"}', "admin:admin,eve:viewer")
    assert write_passwords(variables) == path
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    users = [user.username for user in SimpleAuthManager.get_users()]
    assert users == list(SimpleAuthManager.get_passwords()) == ["admin", "eve"]


def test_replaces_an_old_file_and_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    path.write_text('{"admin": "old"}')
    path.chmod(0o644)
    write_passwords(given(path, '{"admin": "new"}'))
    assert json.loads(path.read_text()) == {"admin": "new"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("passwords", ["", "hunter2", '["hunter2"]', '{"admin": 1234567}'])
def test_what_is_no_json_object_is_refused_and_not_shown(passwords: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"^GRAFT_PASSWORDS is no JSON object of strings") as found:
        write_passwords(given(tmp_path / "file", passwords))
    assert not passwords or passwords not in str(found.value)
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("passwords", ['{"admin": "word"}', '{"admin": "word", "eve": ""}'])
def test_a_user_without_a_password_is_refused(passwords: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"has no password for 'eve', who is one of AIRFLOW__CORE"):
        write_passwords(given(tmp_path / "file", passwords, "admin:admin, eve:viewer"))


def test_the_file_must_be_named() -> None:
    with pytest.raises(SetupError, match=r"PASSWORDS_FILE is not set, expected the file"):
        write_passwords({PASSWORDS: '{"admin": "word"}'})


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot write"):
        write_passwords(given(tmp_path / "file" / "below", '{"admin": "word"}'))


def test_main_says_in_a_line_what_is_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "file"))
    monkeypatch.setenv(PASSWORDS, "{}")
    assert main() == 1
    assert capsys.readouterr().err.startswith("error: GRAFT_PASSWORDS has no password for 'admin'")
    monkeypatch.setenv(PASSWORDS, '{"admin": "word"}')
    assert main() == 0
