"""Airflow's REST API as one of its users calls it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import quote

import requests

from support.waits import wait_until
from tasks.runs.record import DAG_ID

#: What requests raises while the api-server cannot be reached.
UNREACHABLE = (requests.ConnectionError, requests.Timeout)


def _session() -> requests.Session:
    session = requests.Session()
    # The server is on the loopback, which no proxy leads to.
    session.trust_env = False
    return session


@dataclass(frozen=True)
class AirflowApi:
    """One user of an api-server, logged in when it first asks for something.

    Attributes:
        url: the server's, without a slash at its end.
        user: the user's name.
        password: the user's.
        ignoring: errors that a wait takes for not yet, where a test breaks the server.
        session: of requests.
        dag_id: the DAG that is asked about.
    """

    url: str
    user: str
    password: str
    ignoring: tuple[type[Exception], ...] = ()
    session: requests.Session = field(default_factory=_session)
    dag_id: str = DAG_ID

    def about(self, dag_id: str) -> Self:
        """Return the same user's view of another DAG."""
        return replace(self, dag_id=dag_id)

    @property
    def authorization(self) -> str:
        """The header that a logged-in user sends."""
        if "Authorization" not in self.session.headers:
            self._log_in()
        return str(self.session.headers["Authorization"])

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask for any path of the server's, and return its answer, whatever it is."""
        for _ in range(2):
            answer = self.session.request(
                method,
                f"{self.url}{path}",
                json=body,
                headers={"Authorization": self.authorization},
                timeout=60,
            )
            if answer.status_code != 401:
                break
            # A token ends, and a server that was started again may not know it.
            self.session.headers.pop("Authorization")
        return answer

    def get(self, path: str) -> requests.Response:
        """Return the answer to a GET of any path of the server's."""
        answer: requests.Response = self.request("GET", path)
        return answer

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Call the API; ``path`` is what comes after ``/api/v2/``."""
        answer = self.request(method, f"/api/v2/{path}", body or None)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def is_healthy(self) -> bool:
        """Whether every part of Airflow that tells its health is well."""
        # Without a login, which a server that is not well may refuse.
        health = self.session.get(f"{self.url}/api/v2/monitor/health", timeout=10).json()
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all(health[part]["status"] == "healthy" for part in parts)

    def knows_the_dag(self) -> bool:
        """Whether the DAG has been read."""
        dags = self.call("GET", f"dags?dag_id_pattern={self.dag_id}")["dags"]
        return self.dag_id in [dag["dag_id"] for dag in dags]

    def dag(self) -> dict[str, Any]:
        """Return what is known of the DAG."""
        return dict(self.call("GET", self._dag))

    def unpause(self) -> None:
        """Switch the DAG on."""
        self.call("PATCH", self._dag, is_paused=False)

    def trigger(self, conf: dict[str, Any], run_id: str | None = None) -> str:
        """Start a run of the DAG and return its id."""
        named = {"dag_run_id": run_id} if run_id else {}
        run = self.call("POST", self._runs, logical_date=None, conf=conf, **named)
        return str(run["dag_run_id"])

    def mark_failed(self, run_id: str) -> None:
        """Do what a user does who marks a run as failed."""
        self.call("PATCH", self._run(run_id), state="failed")

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run of the DAG."""
        return dict(self.call("GET", self._run(run_id)))

    def runs(self, kind: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Return the DAG's runs, all or those of one type, the newest first."""
        chosen = f"&run_type={kind}" if kind else ""
        path = f"{self._runs}?order_by=-run_after&limit={limit}{chosen}"
        return list(self.call("GET", path)["dag_runs"])

    def newest_run(self, kind: str | None = None) -> dict[str, Any] | None:
        """Return the newest run of the DAG, or of one type, if there is one."""
        return next(iter(self.runs(kind, limit=1)), None)

    def run_made_by(self, act: Callable[[], object], kind: str | None = None) -> dict[str, Any]:
        """Do what makes a run, wait for that run and return it."""
        before = self.newest_run(kind)
        act()

        def made() -> dict[str, Any] | None:
            run = self.newest_run(kind)
            is_new = run and (not before or run["dag_run_id"] != before["dag_run_id"])
            return run if is_new else None

        return wait_until(made, 60, "a run")

    def state(self, run_id: str) -> str:
        """Return the state of a run."""
        return str(self.run(run_id)["state"])

    def note(self, run_id: str) -> str:
        """Return the note of a run."""
        return str(self.run(run_id)["note"])

    def end(self, run_id: str, seconds: float = 400) -> str:
        """Wait for the end of a run and return its state."""

        def ended() -> str:
            state = self.state(run_id)
            return state if state in {"success", "failed"} else ""

        return wait_until(ended, seconds, f"the end of {run_id}", ignoring=self.ignoring)

    def task_instances(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Return every task instance of a run, by task id."""
        found = self.call("GET", f"{self._run(run_id)}/taskInstances")["task_instances"]
        return {each["task_id"]: each for each in found}

    def link(self, run_id: str, task_id: str) -> str | None:
        """Return the one extra link of a task instance, None while it leads nowhere."""
        path = f"{self._run(run_id)}/taskInstances/{task_id}/links"
        (link,) = self.call("GET", path)["extra_links"].values()
        return str(link) if link else None

    def log(self, run_id: str, task_id: str) -> str:
        """Return the log of a task's first try, a line each."""
        path = f"{self._run(run_id)}/taskInstances/{task_id}/logs/1"
        return "\n".join(str(line.get("event")) for line in self.call("GET", path)["content"])

    def _log_in(self) -> None:
        login = {"username": self.user, "password": self.password}
        answer = self.session.post(f"{self.url}/auth/token", json=login, timeout=60)
        assert answer.status_code == 201, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    @property
    def _dag(self) -> str:
        return f"dags/{self.dag_id}"

    @property
    def _runs(self) -> str:
        return f"{self._dag}/dagRuns"

    def _run(self, run_id: str) -> str:
        return f"{self._runs}/{quote(run_id, safe='')}"
