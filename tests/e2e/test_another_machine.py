"""Runs on a machine that is not made for Graft, and runs that are killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support import python_programs
from support.processes import listening_in_namespace, processes_of
from support.waits import wait_until
from tasks.storage.paths import CHECKOUT, Home

pytestmark = pytest.mark.e2e

# A driver tries these first.
UI_PORTS = range(4040, 4060)
LOCALHOST = "127.0.0.1 localhost\n"
RUN = '{"epochs": 1, "parity_records": 8}'
MAKE = ("make", "--silent", "--no-print-directory", "run")


@dataclass
class Seen:
    """A run on such a machine.

    Attributes:
        status: its exit status.
        output: all that it said.
        listening: addresses and ports at which its processes could be reached.
    """

    status: int = 1
    output: str = ""
    listening: set[tuple[str, int]] = field(default_factory=set)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    # With characters that a shell, a Java option or a pattern would read as something else.
    return Home(tmp_path_factory.mktemp("graft") / "my 'höme' $x")


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What belongs to another Airflow, Spark and Python, and would end every run of Graft's."""
    folder = tmp_path_factory.mktemp("others")
    (folder / "airflow.cfg").write_text("[core]\nexecutor = NoSuchExecutor\n")
    (folder / "typer.py").write_text("raise RuntimeError('another typer')\n")
    (folder / "my 'tmp'").mkdir(mode=0o700)
    (folder / "numpy.py").write_text("raise RuntimeError('another numpy')\n")
    return folder


@pytest.fixture(scope="module")
def environ(home: Home, others: Path) -> dict[str, str]:
    """The environment of somebody who works with those."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SPARK_"))}
    return {
        **ours,
        **home.environ(),
        "LC_ALL": "C",
        "AIRFLOW_HOME": str(others / "airflow"),
        "AIRFLOW_CONFIG": str(others / "airflow.cfg"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{others}/theirs.db",
        "AIRFLOW__CORE__DAGS_FOLDER": str(others),
        "SPARK_HOME": str(others),
        "SPARK_CONF_DIR": str(others),
        "SPARK_SUBMIT_OPTS": "-Dno.such.option -XX:NoSuchOption",
        "PYSPARK_PYTHON": str(others / "python"),
        "PYSPARK_SUBMIT_ARGS": "--master yarn pyspark-shell",
        "JAVA_TOOL_OPTIONS": "-XX:NoSuchOption",
        "_JAVA_OPTIONS": "-XX:NoSuchOption",
        "CLASSPATH": str(others),
        "HADOOP_HOME": str(others),
        "HADOOP_OPTS": "-XX:NoSuchOption",
        "PYTHONPATH": str(others),
        "TMPDIR": str(others / "my 'tmp'"),
        "PYTHONWARNINGS": "error",
        "ALL_PROXY": "socks5h://127.0.0.1:9",
        "NO_PROXY": "localhost,[::1]",
    }


def machine(**changes: Any) -> str:
    """Return the settings of a machine for the program that imitates it."""
    settings = {
        "host_name": "no_such.host_name",
        "hosts": LOCALHOST,
        "ports": list(UI_PORTS),
        "read_only": [str(CHECKOUT)],
        "open_files": [256, 1024],
        "user": 54321,
    }
    return json.dumps({**settings, **changes})


@pytest.fixture(scope="module")
def imitate() -> list[str]:
    """The command that runs others on such a machine."""
    if os.geteuid() or not shutil.which("unshare"):
        pytest.skip("only root, with unshare, can imitate another machine")
    probe = ["unshare", "--mount", "--uts", "--net", "unshare", "--user", "--map-user=1", "true"]
    if subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("this container may not make namespaces")
    return [sys.executable, str(python_programs.program("on_another_machine"))]


@pytest.fixture(scope="module")
def seen(
    imitate: list[str],
    home: Home,
    environ: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Seen:
    found = Seen()
    output = tmp_path_factory.mktemp("output") / "output"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [*imitate, *MAKE, f"CONF={RUN}"],
            cwd=CHECKOUT,
            env={**environ, "GRAFT_TEST_MACHINE": machine()},
            stdout=log,
            stderr=log,
        )
        while process.poll() is None:
            for graft in processes_of(home.root, "train_job.py"):
                found.listening |= listening_in_namespace(graft)
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
    found.status, found.output = process.returncode, output.read_text(errors="replace")
    return found


def test_a_run_succeeds(seen: Seen) -> None:
    """Without network, name, HOME, rights to the checkout; with a strict umask and few files."""
    assert seen.status == 0, seen.output[-5000:]
    assert "\nsucceeded in " in seen.output


def test_spark_s_page_is_past_the_ports_that_are_taken(seen: Seen) -> None:
    assert f"Spark UI: http://127.0.0.1:{UI_PORTS.stop}" in seen.output


def test_nothing_listens_beyond_this_machine(seen: Seen) -> None:
    # Those that were taken before, the driver's RPC, its blocks, and its page.
    assert len(seen.listening) >= len(UI_PORTS) + 3
    assert {address for address, _ in seen.listening} <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def test_what_belongs_to_others_is_left_alone_and_named(seen: Seen, others: Path) -> None:
    assert not (others / "theirs.db").exists()
    assert not (others / "airflow").exists()
    assert "ok  Airflow variables: AIRFLOW_CONFIG, AIRFLOW_HOME, AIRFLOW__" in seen.output
    assert "ok  Java variables: CLASSPATH, JAVA_TOOL_OPTIONS, _JAVA_OPTIONS not used" in seen.output
    assert "ok  proxy variables: ALL_PROXY not used: " in seen.output


def runs_spark(process: "subprocess.Popen[bytes]", home: Home) -> bool:
    """Whether a run has started Spark; fails if it ended before."""
    assert process.poll() is None, (home.airflow / "dags-test.log").read_text()[-3000:]
    return bool(processes_of(home.root, "train_job.py", "java"))


@pytest.mark.parametrize("victim", ["make", "graft"])
def test_a_killed_run_leaves_nothing_running(
    victim: str, home: Home, environ: dict[str, str]
) -> None:
    process = subprocess.Popen(
        [*MAKE, 'CONF={"epochs": 1000, "parity_records": 0}'],
        cwd=CHECKOUT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: runs_spark(process, home), 300, "Spark")
        (graft,) = processes_of(home.root, str(Path(sys.executable).parent / "graft"), "run")
        os.kill(process.pid if victim == "make" else graft.pid, signal.SIGKILL)
        process.wait(60)
        wait_until(lambda: not processes_of(home.root), 120, "the end of all processes")
    finally:
        for left in processes_of(home.root):
            left.kill()
        process.kill()
