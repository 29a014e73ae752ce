"""The plugin's pages in a real api-server, by HTTP; test_ui_browser.py looks at them."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from deploy.environment import environment
from support.airflow_api import AirflowApi
from support.network import LOOPBACK, free_port
from support.waits import wait_until
from tasks.runs.record import DAG_ID
from tasks.storage.paths import Home

pytestmark = pytest.mark.e2e

RUN = "manual__2026-01-02T03:04:05+00:00"
PAGE = "/transfer-learning/"
REPORT = f"/transfer-learning/dags/{DAG_ID}/runs/{quote(RUN)}/report"
#: Nobody has no role, so no permission on any DAG.
ROLES = {"admin": "admin", "viewer": "viewer", "nobody": ""}


@dataclass(frozen=True)
class Server:
    """An api-server that runs, and what it logs."""

    port: int
    log: Path
    users: dict[str, AirflowApi] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def get(self, path: str, user: str) -> requests.Response:
        """Return the answer to a user, logged in."""
        api = self.users.setdefault(user, AirflowApi(self.url, user, f"password of {user}"))
        return api.get(path)


@pytest.fixture(scope="module")
def home(write_run_in: Callable[..., Home], tmp_path_factory: pytest.TempPathFactory) -> Home:
    from tasks.report.page import write_report

    home = write_run_in(Home(tmp_path_factory.mktemp("pages")), RUN)
    write_report(home, RUN)
    return home


@pytest.fixture(scope="module")
def env(home: Home) -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SPARK_"))}
    given = {**ours, "GRAFT_HOME": str(home.root)}
    passwords = home.root / "passwords.json"
    passwords.write_text(json.dumps({user: f"password of {user}" for user in ROLES}))
    return {
        **given,
        **environment(given),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(
            f"{user}:{role}" for user, role in ROLES.items()
        ),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }


@pytest.fixture(scope="module")
def server(home: Home, env: dict[str, str]) -> Iterator[Server]:
    home.airflow.mkdir(parents=True)
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        ran = subprocess.run(
            ["airflow", *command], env=env, capture_output=True, text=True, timeout=300
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    server = Server(free_port(), home.airflow / "api-server.log")
    address = ["--host", LOOPBACK, "--port", str(server.port), "--workers", "1"]
    with (
        server.log.open("w") as log,
        subprocess.Popen(
            ["airflow", "api-server", *address], env=env, stdout=log, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            wait_for(server, process)
            yield server
        finally:
            process.terminate()


def wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    def answers() -> bool:
        assert process.poll() is None, server.log.read_text()
        return requests.get(f"{server.url}/api/v2/version", timeout=60).ok

    wait_until(answers, 300, "the api-server", ignoring=(requests.ConnectionError,))


def test_airflow_has_the_plugin_and_no_import_errors(server: Server) -> None:
    assert server.get("/api/v2/plugins/importErrors", "admin").json()["total_entries"] == 0
    plugins = server.get("/api/v2/plugins", "admin").json()["plugins"]
    (ours,) = [plugin for plugin in plugins if plugin["name"] == "graft"]
    assert [view["destination"] for view in ours["external_views"]] == ["nav", "dag_run"]
    assert [app["url_prefix"] for app in ours["fastapi_apps"]] == [PAGE.rstrip("/")]


@pytest.mark.parametrize("path", [PAGE, REPORT])
def test_only_those_who_may_read_the_dag_see_it(server: Server, path: str) -> None:
    assert requests.get(server.url + path, timeout=60).status_code == 401
    assert server.get(path, "nobody").status_code == 403
    assert server.get(path, "viewer").status_code == 200


def test_the_pages_are_the_runs_own(server: Server, home: Home) -> None:
    assert server.get(REPORT, "viewer").text == home.report(RUN).read_text()
    page = server.get(PAGE, "viewer")
    assert RUN in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("run_id", ["..%2F..%2Fpasswords.json", "%2e%2e%2f%2e%2e"])
def test_no_run_id_leads_out(server: Server, run_id: str) -> None:
    answer = server.get(f"/transfer-learning/dags/{DAG_ID}/runs/{run_id}/report", "viewer")
    assert answer.status_code == 404
    assert "password of" not in answer.text
