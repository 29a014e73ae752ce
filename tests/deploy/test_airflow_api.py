"""What ``graft ui`` asks of an api-server, of one that answers what a test wants."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from deploy.airflow_api import AirflowApi
from tasks.errors import NetworkError
from tasks.runs.record import DAG_ID

HEALTHY = {"metadatabase": {"status": "healthy"}, "dag_processor": {"status": "healthy"}}


@pytest.fixture
def api(httpserver: HTTPServer) -> AirflowApi:
    return AirflowApi(httpserver.url_for("").rstrip("/"), "word")


@pytest.fixture
def answers(httpserver: HTTPServer) -> Any:
    """Sets what the server answers a user who has logged in."""
    login = {"username": "admin", "password": "word"}
    token = httpserver.expect_request("/auth/token", method="POST", json=login)
    token.respond_with_json({"access_token": "t0ken"}, status=201)

    def answer(health: Any = HEALTHY, dags: Any = (), errors: Any = ()) -> None:
        for path, body in {
            "monitor/health": health,
            "dags": {"dags": list(dags)},
            "importErrors": {"import_errors": list(errors)},
        }.items():
            headers = {"Authorization": "Bearer t0ken"}
            request = httpserver.expect_request(f"/api/v2/{path}", headers=headers)
            request.respond_with_json(body)

    return answer


def test_waits_for_a_server_that_does_not_answer(api: AirflowApi) -> None:
    assert AirflowApi("http://127.0.0.1:1", "word").waits_for() == ["api-server"]
    assert api.waits_for() == ["api-server"]


def test_waits_for_parts_that_are_not_healthy(api: AirflowApi, answers: Any) -> None:
    answers({**HEALTHY, "dag_processor": {"status": None}})
    assert api.waits_for() == ["dag-processor"]


def test_waits_for_the_dag(api: AirflowApi, answers: Any) -> None:
    answers(dags=[{"dag_id": f"{DAG_ID}_2"}])
    assert api.waits_for() == [f"the DAG {DAG_ID}"]


def test_waits_for_nothing_once_the_dag_is_there(api: AirflowApi, answers: Any) -> None:
    dag = {"dag_id": DAG_ID, "is_paused": True}
    answers(dags=[{"dag_id": "another"}, dag])
    assert api.waits_for() == []
    assert api.dag() == dag


def test_does_not_wait_for_a_dag_that_cannot_be_read(api: AirflowApi, answers: Any) -> None:
    answers(errors=[{"filename": "dags/mine.py", "stack_trace": "..."}])
    assert api.waits_for() == []
    assert api.import_errors() == ["dags/mine.py"]
    assert api.dag() is None


def test_an_answer_that_is_none_is_an_error(httpserver: HTTPServer, api: AirflowApi) -> None:
    httpserver.expect_request("/auth/token").respond_with_data("no JSON", status=201)
    with pytest.raises(NetworkError, match="the api-server does not answer as it should"):
        api.dag()
