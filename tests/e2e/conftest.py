"""A GRAFT_HOME for the whole session and the commands a user would give."""

import functools
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psutil
import pytest
import requests

from deploy.environment import environment, write_spark_defaults
from tasks.runs.record import DAG_ID
from tasks.storage.paths import CHECKOUT, Home

#: What to do with the records of the first shard of each split.
Change = Callable[[Sequence[bytes]], Sequence[bytes]]

#: What ``make ui`` says when it can be used.
READY = re.compile(
    r"^Airflow is at (?P<url>\S+)$.*^  log in as (?P<user>\S+) with the password (?P<word>\S+)$"
    r".*^  Ctrl-C stops it$",
    re.M | re.S,
)

SCREENSHOTS = CHECKOUT / "screenshots"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: What runs that nobody triggers train on, and how long.
PARAMS = json.dumps({"source": "sample", "epochs": 3, "parity_records": 8})

_RUN = re.compile(r"^Run (\S+)$", re.M)


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    status: int
    output: str

    @property
    def run_id(self) -> str:
        """The id of the DAG run in the closing summary."""
        found = _RUN.search(self.output)
        assert found, self.output[-3000:]
        return found[1]


@dataclass(frozen=True)
class Shell:
    """Runs commands in Graft's environment, below one GRAFT_HOME.

    Attributes:
        home: that GRAFT_HOME.
        spark_conf: what Spark's jobs are given beside Graft's own settings.
        variables: of the environment, beside Graft's own.
    """

    home: Home
    spark_conf: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write what ``spark-submit`` needs."""
        with write_spark_defaults(self.home).open("a") as defaults:
            defaults.writelines(f"{name} {value}\n" for name, value in self.spark_conf.items())

    def at(self, home: Home, **variables: str) -> "Shell":
        """Return a shell below another GRAFT_HOME."""
        return Shell(home, self.spark_conf, variables)

    @property
    def env(self) -> dict[str, str]:
        """What ``source env.sh`` sets."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SPARK_"))}
        given = {**ours, **self.home.environ(), **self.variables}
        return {**given, **environment(given)}

    def __call__(self, *command: str, **extra: str) -> Ran:
        ended = subprocess.run(
            command,
            cwd=CHECKOUT,
            env={**self.env, **extra},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        return Ran(ended.returncode, ended.stdout)

    def make_run(self, conf: dict[str, Any] | None = None) -> Ran:
        """Do what ``make run`` does."""
        return self("graft", "run", "--conf", json.dumps(conf or {}))

    def dump(self, archive: Path, checkpoint: Path) -> list[str]:
        """Extract archives and dump both splits; return where the dumps are."""
        program = (
            "import sys; from tasks import steps; "
            "from tasks.params.definitions import RunParams; "
            "from tasks.storage.paths import Home; home = Home.from_environ(); "
            "params = RunParams(dataset_url=sys.argv[1], checkpoint_url=sys.argv[2], "
            "dump_batch_size=4); archive = steps.download_dataset(params, home).path; "
            "data = steps.extract_dataset(archive, home).path; "
            "checkpoint = steps.fetch_checkpoint(params, home).path; "
            "[print(steps.dump(s, data, checkpoint, params, home).path) "
            "for s in ('train', 'validation')]"
        )
        ran = self(sys.executable, "-c", program, archive.as_uri(), checkpoint.as_uri())
        assert ran.status == 0, ran.output
        return ran.output.splitlines()[-2:]

    def submit(self, *arguments: str, master: str = "local[2]") -> Ran:
        """Submit the job by hand."""
        job = str(CHECKOUT / "tasks" / "train_job.py")
        return self("spark-submit", "--master", master, job, *arguments)


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory, short_lived_jvms: dict[str, str]) -> Shell:
    return Shell(Home(tmp_path_factory.mktemp("graft")), short_lived_jvms)


@dataclass(frozen=True)
class Ui:
    """``make ui`` as it runs, and Airflow's REST API as its user calls it."""

    url: str
    user: str
    password: str
    home: Home
    process: "subprocess.Popen[bytes]"
    output: Path
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Call Airflow's REST API; ``path`` is what comes after ``/api/v2/``."""
        if "Authorization" not in self.session.headers:
            login = {"username": self.user, "password": self.password}
            answer = self.session.post(f"{self.url}/auth/token", json=login, timeout=60)
            assert answer.status_code == 201, answer.text
            self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        answer = self.session.request(
            method, f"{self.url}/api/v2/{path}", json=body or None, timeout=60
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def wait(self, condition: Callable[[], Any], seconds: float, what: str) -> Any:
        """Return the first true value of ``condition``, or fail."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
            time.sleep(0.3)
        return found

    def end(self, run_id: str, seconds: float = 400) -> str:
        """Wait for the end of a run of our DAG and return its state."""
        path = f"dags/{DAG_ID}/dagRuns/{quote(run_id)}"

        def ended() -> str:
            state = str(self.call("GET", path)["state"])
            return state if state in {"success", "failed"} else ""

        return str(self.wait(ended, seconds, f"the end of {run_id}"))

    def processes(self) -> list[psutil.Process]:
        """All of them, the first one included."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]

    def interrupt(self) -> int:
        """Do what Ctrl-C does, and return the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(120)


@contextmanager
def _running_ui(folder: Path, variables: Mapping[str, str] | None = None) -> Iterator[Ui]:
    home = Home(folder / "home")
    given = {"GRAFT_PARAMS": PARAMS, **(variables or {})}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        command = ["graft", "ui", "--port", str(probe.getsockname()[1])]
    output = folder / "output"
    with (
        output.open("wb") as log,
        subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=Shell(home, {}, given).env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            deadline = time.monotonic() + 240
            while not (ready := READY.search(output.read_text())):
                assert process.poll() is None, output.read_text()
                assert time.monotonic() < deadline, output.read_text()
                time.sleep(0.2)
            yield Ui(ready["url"], ready["user"], ready["word"], home, process, output)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)


@pytest.fixture(scope="session")
def running_ui() -> Callable[[Path], Any]:
    """A context with a ``make ui`` of its own, whose GRAFT_HOME lies in the folder given."""
    return _running_ui


@pytest.fixture(scope="session")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    """``make ui`` for all tests before that of its end; its DAG is paused, no run was made."""
    with _running_ui(tmp_path_factory.mktemp("ui")) as running:
        yield running


@dataclass(frozen=True)
class Stopped:
    """What was seen of ``make ui`` when Ctrl-C ended it during a run.

    Attributes:
        run_id: the run's.
        reached: addresses and ports at which processes of it listened, Spark's page among them.
        status: its exit status.
        left: the processes that were still there.
        said: all that it wrote.
    """

    run_id: str
    reached: set[tuple[str, int]]
    status: int
    left: list[psutil.Process]
    said: str


@pytest.fixture(scope="session")
def stopped_ui(ui: Ui) -> Stopped:
    """The end of the session's ``make ui``: Ctrl-C while Spark runs."""
    ui.call("PATCH", f"dags/{DAG_ID}", is_paused=False)
    conf = {"force": True}
    run = ui.call("POST", f"dags/{DAG_ID}/dagRuns", logical_date=None, conf=conf)["dag_run_id"]
    reached: set[tuple[str, int]] = set()
    links = f"dags/{DAG_ID}/dagRuns/{quote(run)}/taskInstances/train_classifier/links"

    def spark_shows_its_page() -> bool:
        """By then all that Spark's driver opens is open."""
        reached.update(_listening(ui.processes()))
        state = ui.call("GET", f"dags/{DAG_ID}/dagRuns/{quote(run)}")["state"]
        assert state in {"queued", "running"}, state
        (link,) = ui.call("GET", links)["extra_links"].values()
        return urlsplit(link or "").port in {port for _, port in reached}

    ui.wait(spark_shows_its_page, 300, "Spark's page")
    reached.update(_listening(ui.processes()))
    all_of_it = ui.processes()
    status = ui.interrupt()
    left = psutil.wait_procs(all_of_it, timeout=10)[1]
    left += filter(_belongs_to(str(ui.home.root)), psutil.process_iter())
    return Stopped(run, reached, status, left, ui.output.read_text())


def _listening(processes: Sequence[psutil.Process]) -> set[tuple[str, int]]:
    """The addresses and ports at which processes can be reached."""
    found = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN or not connection.raddr:
                    found.add((connection.laddr.ip, connection.laddr.port))
    return found


def _belongs_to(home: str) -> Callable[[psutil.Process], bool]:
    def belongs(process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return process.pid != os.getpid() and process.environ().get("GRAFT_HOME") == home
        return False

    return belongs


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium: .ci/run installs it")
        pytest.skip("no chromium on PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshot() -> Callable[[Any, str], None]:
    """Keeps what a page shows as ``screenshots/<name>.png``; make pictures takes some of them."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def keep(page: Any, name: str) -> None:
        # Until what slides in has come to rest; Airflow asks its server again and again.
        page.wait_for_timeout(500)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    return keep


@pytest.fixture(scope="session")
def cut_fixtures(fixtures_folder: Path) -> Callable[[Path, Change], Path]:
    """Writes 200 records of the fixtures, changed, as an archive in a folder."""
    return functools.partial(_cut, fixtures_folder / "flowers.tar.gz")


@pytest.fixture(scope="session")
def cut_archive(cut_fixtures: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 records of the fixtures in the official layout: 32 in each training shard, 8 in each
    validation shard."""
    return cut_fixtures(tmp_path_factory.mktemp("cut"), lambda records: records)


def _cut(archive: Path, folder: Path, change: Change) -> Path:
    """Write the first records of every shard of an archive; ``change`` those of shard 0."""
    from tasks.datasets.tfrecord import read_records, write_records

    target = folder / "flowers.tar.gz"
    with tarfile.open(archive) as whole, tarfile.open(target, "w:gz") as small:
        for member in whole.getmembers():
            content = whole.extractfile(member)
            assert content is not None
            path = folder / member.name
            path.write_bytes(content.read())
            if path.suffix == ".tfrecord":
                wanted = 32 if "train" in path.name else 8
                records = list(read_records(path, 0, wanted))
                write_records(path, change(records) if "00000-of" in path.name else records)
            info = tarfile.TarInfo(member.name)
            info.size = path.stat().st_size
            small.addfile(info, io.BytesIO(path.read_bytes()))
    return target
