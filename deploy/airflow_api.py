"""Airflow's REST API, as far as ``graft ui`` asks it."""

from typing import Any

import requests

from deploy.ui_settings import USER
from tasks.errors import NetworkError
from tasks.runs.record import DAG_ID

_TIMEOUT_SECONDS = 30


class AirflowApi:
    """The api-server of this machine, asked as its user ``admin``.

    Attributes:
        url: where it answers.
        password: the user's.
    """

    def __init__(self, url: str, password: str) -> None:
        self.url = url
        self.password = password
        self._session = requests.Session()
        self._session.trust_env = False

    def waits_for(self) -> list[str]:
        """Return what is not ready yet."""
        try:
            health = self._get("monitor/health")
            unhealthy = [name for name, found in health.items() if found["status"] != "healthy"]
            if unhealthy:
                return [name.replace("_", "-") for name in unhealthy]
            return [] if self.import_errors() or self.dag() else [f"the DAG {DAG_ID}"]
        except NetworkError:
            return ["api-server"]

    def dag(self) -> dict[str, Any] | None:
        """Return what is known of our DAG, if it has been read."""
        dags = self._get("dags", dag_id_pattern=DAG_ID)["dags"]
        return next((dag for dag in dags if dag["dag_id"] == DAG_ID), None)

    def import_errors(self) -> list[str]:
        """Return the files that are no DAGs because of an error in them."""
        return [str(error["filename"]) for error in self._get("importErrors")["import_errors"]]

    def _get(self, path: str, **query: str) -> Any:
        try:
            if "Authorization" not in self._session.headers:
                self._log_in()
            answer = self._session.get(
                f"{self.url}/api/v2/{path}", params=query, timeout=_TIMEOUT_SECONDS
            )
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException as error:
            raise NetworkError(f"the api-server does not answer as it should: {error}") from None

    def _log_in(self) -> None:
        user = {"username": USER, "password": self.password}
        answer = self._session.post(f"{self.url}/auth/token", json=user, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
