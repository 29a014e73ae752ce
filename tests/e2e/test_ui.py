"""``make ui`` as a user finds it; the files after this one use the same one, in their order."""

from typing import Any

import pytest

from tasks.runs.record import DAG_ID

pytestmark = pytest.mark.e2e


def test_the_dag_is_there_and_paused(ui: Any) -> None:
    dag = ui.call("GET", f"dags/{DAG_ID}")
    assert dag["is_paused"]
    assert f"{DAG_ID} is paused" in ui.output.read_text()
    assert ui.call("GET", f"dags/{DAG_ID}/dagRuns")["total_entries"] == 0
    assert ui.call("GET", "importErrors")["total_entries"] == 0


def test_every_part_is_healthy(ui: Any) -> None:
    health = ui.call("GET", "monitor/health")
    assert {part["status"] for part in health.values()} == {"healthy"}


def test_what_it_keeps_is_its_owners(ui: Any) -> None:
    folder = ui.home.ui
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in ("passwords.json", "airflow.cfg"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    assert not ui.home.airflow.exists()


def test_a_second_one_on_the_same_home_says_so(ui: Any, shell: Any) -> None:
    ran = shell("graft", "ui", "--port", "1", GRAFT_HOME=str(ui.home.root))
    assert ran.status == 1
    assert ran.output.startswith(f"error: another graft ui runs on {ui.home.root}: stop that one")
    assert ran.output.count("\n") == 1
