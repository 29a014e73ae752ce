"""``make ui`` as a user has it: logging in, a run on the bundled sample, Ctrl-C."""

import ipaddress
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psutil
import pytest

from tasks.run_record import DAG_ID

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def mine(running_ui: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One that the last test ends."""
    with running_ui(tmp_path_factory.mktemp("mine")) as running:
        yield running


def listening(processes: list[psutil.Process]) -> set[str]:
    """The addresses at which processes can be reached."""
    found = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN or not connection.raddr:
                    found.add(connection.laddr.ip)
    return found


def is_loopback(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


def test_the_dag_is_there_and_paused(mine: Any) -> None:
    dag = mine.call("GET", f"dags/{DAG_ID}")
    assert dag["is_paused"]
    assert f"{DAG_ID} is paused" in mine.output.read_text()
    assert mine.call("GET", f"dags/{DAG_ID}/dagRuns")["total_entries"] == 0
    assert mine.call("GET", "importErrors")["total_entries"] == 0


def test_every_part_is_healthy(mine: Any) -> None:
    health = mine.call("GET", "monitor/health")
    assert {part["status"] for part in health.values()} == {"healthy"}


def test_what_it_keeps_is_its_owners(mine: Any) -> None:
    folder = mine.home.ui
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in ("passwords.json", "airflow.cfg"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    assert not mine.home.airflow.exists()


def test_a_second_one_on_the_same_home_says_so(mine: Any, shell: Any) -> None:
    ran = shell(sys.executable, "-m", "deploy.ui", "--port", "1", GRAFT_HOME=str(mine.home.root))
    assert ran.status == 1
    assert ran.output.startswith(f"error: another make ui runs on {mine.home.root}: stop that one")
    assert ran.output.count("\n") == 1


def test_ctrl_c_during_a_run_leaves_nothing(mine: Any, shell: Any) -> None:
    made = shell(sys.executable, "-m", "tasks.sample", "make", GRAFT_HOME=str(mine.home.root))
    mine.call("PATCH", f"dags/{DAG_ID}", is_paused=False)
    conf = json.loads(made.output)
    run = mine.call("POST", f"dags/{DAG_ID}/dagRuns", logical_date=None, conf=conf)["dag_run_id"]
    reached = set()
    # A driver that listens has come as far as Spark.
    while not listening([process for process in mine.processes() if is_spark(process)]):
        assert mine.call("GET", f"dags/{DAG_ID}/dagRuns/{run}")["state"] in {"queued", "running"}
        reached |= listening(mine.processes())
        time.sleep(0.2)
    all_of_it = mine.processes()
    reached |= listening(all_of_it)
    assert reached
    assert all(is_loopback(address) for address in reached), reached

    assert mine.interrupt() == 0
    assert not psutil.wait_procs(all_of_it, timeout=10)[1]
    assert not [p for p in psutil.process_iter() if belongs_to(p, str(mine.home.root))]
    said = mine.output.read_text()
    assert said.endswith("stopped\n")
    assert "Traceback" not in said
    assert (mine.home.run(run) / "steps").is_dir()


def is_spark(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.name() == "java" and "train_job.py" in " ".join(process.cmdline())
    return False


def belongs_to(process: psutil.Process, home: str) -> bool:
    with suppress(psutil.Error):
        return process.pid != os.getpid() and process.environ().get("GRAFT_HOME") == home
    return False
