"""Airflow's commands with a stand-in for Airflow; tests/e2e has the real one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import dags_test
from deploy.dags_test import migrate_database, run_dag
from deploy.run_events import Kind, RunEvent
from tasks.errors import SetupError, StorageError
from tasks.runs.record import DAG_ID
from tasks.storage.paths import Home

StandIn = Callable[[str], None]


class Shown:
    """A display that keeps what it is shown."""

    def __init__(self) -> None:
        self.events: list[RunEvent] = []

    def show(self, event: RunEvent) -> None:
        self.events.append(event)


@pytest.fixture
def airflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Makes a shell script the ``airflow`` that is started."""
    program = tmp_path / "airflow"
    monkeypatch.setattr(dags_test, "airflow_program", lambda: [str(program)])
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))

    def write(script: str) -> None:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return write


def test_runs_the_dag_with_the_params_and_logs_in_json(airflow: StandIn, tmp_path: Path) -> None:
    airflow('printf "%s\\n" "$AIRFLOW__LOGGING__JSON_LOGS" "$@" >"$NOTES"')
    params = {"source": "urls", "batch_size": None, "dataset_url": 'file:///it\'s "mine"'}
    _, succeeded = run_dag("birds_transfer_learning", params, tmp_path / "log", Shown())
    assert succeeded
    json_logs, *words, given = (tmp_path / "notes").read_text().splitlines()
    assert [json_logs, *words] == ["True", "dags", "test", "birds_transfer_learning", "-c"]
    assert json.loads(given) == params


def test_shows_events_and_keeps_the_log(airflow: StandIn, tmp_path: Path) -> None:
    record = {"event": "made /x in 1.0 s", "logger": "tasks.x", "run_id": "manual__1"}
    airflow(f"echo '{json.dumps(record)}'\necho warning >&2\nexit 3")
    shown = Shown()
    told, succeeded = run_dag(DAG_ID, {}, tmp_path / "log", shown)
    assert (told.run_id, succeeded) == ("manual__1", False)
    assert shown.events == [RunEvent(Kind.SAID, "made /x in 1.0 s")]
    assert (tmp_path / "log").read_text() == f"{json.dumps(record)}\nwarning\n"


def test_bytes_that_are_no_text_do_not_matter(airflow: StandIn, tmp_path: Path) -> None:
    airflow("printf '\\377\\n'")
    assert run_dag(DAG_ID, {}, tmp_path / "log", Shown())[1]


def test_a_log_that_cannot_be_written(airflow: StandIn, tmp_path: Path) -> None:
    airflow("true")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"^cannot write .*/file/log"):
        run_dag(DAG_ID, {}, tmp_path / "file" / "log", Shown())


def test_a_data_base_is_migrated(airflow: StandIn, tmp_path: Path) -> None:
    airflow('echo "$@" >"$NOTES"')
    migrate_database(Home(tmp_path / "home"))
    assert (tmp_path / "notes").read_text() == "db migrate\n"


def test_what_is_migrated_is_not_migrated_again(
    airflow: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    airflow('echo "$@" >>"$NOTES"')
    migrated = iter([False, True])
    monkeypatch.setattr(dags_test, "is_migrated", lambda _: next(migrated))
    marked: list[Home] = []
    monkeypatch.setattr(dags_test, "mark_migrated", marked.append)
    home = Home(tmp_path / "home")
    migrate_database(home)
    migrate_database(home)
    assert (tmp_path / "notes").read_text() == "db migrate\n"
    assert marked == [home]
    assert (tmp_path / "home" / "airflow").is_dir()


def test_a_data_base_that_cannot_be_migrated(airflow: StandIn, tmp_path: Path) -> None:
    airflow("echo no room >&2; exit 1")
    with pytest.raises(SetupError, match=r"^airflow db migrate failed: no room$"):
        migrate_database(Home(tmp_path / "home"))


def test_a_home_that_cannot_be_written(airflow: StandIn, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"^cannot write .*/file/airflow"):
        migrate_database(Home(tmp_path / "file"))
