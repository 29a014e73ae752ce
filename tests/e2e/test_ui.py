"""``make ui`` as a user finds it; the files after this one use the same one, in their order."""

import pytest

from support.shell import Shell
from support.ui import Ui
from tasks.runs.record import DAG_ID

pytestmark = pytest.mark.e2e


def test_the_dag_is_there_and_paused(ui: Ui) -> None:
    assert ui.api.dag()["is_paused"]
    assert f"{DAG_ID} is paused" in ui.output.read_text()
    assert ui.api.runs() == []
    assert ui.api.call("GET", "importErrors")["total_entries"] == 0


def test_every_part_is_healthy(ui: Ui) -> None:
    health = ui.api.call("GET", "monitor/health")
    assert {part["status"] for part in health.values()} == {"healthy"}


def test_what_it_keeps_is_its_owners(ui: Ui) -> None:
    folder = ui.home.ui
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in ("passwords.json", "airflow.cfg"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    assert not ui.home.airflow.exists()


def test_a_second_one_on_the_same_home_says_so(ui: Ui, shell: Shell) -> None:
    ran = shell("graft", "ui", "--port", "1", GRAFT_HOME=str(ui.home.root))
    assert ran.status == 1
    assert ran.output == (
        f"error: another graft ui runs on {ui.home.root}: stop that one, or give this one another "
        "GRAFT_HOME and port\n"
    )
