"""The dependency in an application of one route, with Airflow's own auth manager and tokens."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from graft_airflow.access import may_read_runs

Token = Callable[[str | None], str]


@pytest.fixture
def client(manager: Any) -> TestClient:
    app = FastAPI(dependencies=[may_read_runs("a_dag")])
    app.get("/")(lambda: "secret")
    return TestClient(app)


@pytest.mark.parametrize("role", ["viewer", "user", "op", "admin"])
def test_who_may_read_the_dag_is_let_in(client: TestClient, token: Token, role: str) -> None:
    response = client.get("/", headers={"Authorization": f"Bearer {token(role)}"})
    assert (response.status_code, response.json()) == (200, "secret")


def test_the_sessions_cookie_will_do(client: TestClient, token: Token) -> None:
    client.cookies.set("_token", token("viewer"))
    assert client.get("/").status_code == 200


def test_without_a_token(client: TestClient) -> None:
    response = client.get("/")
    assert (response.status_code, response.json()) == (401, {"detail": "Not authenticated"})


@pytest.mark.parametrize("given", ["nobody", "not a token"])
def test_without_permission(client: TestClient, token: Token, given: str) -> None:
    bearer = token(None) if given == "nobody" else given
    response = client.get("/", headers={"Authorization": f"Bearer {bearer}"})
    assert response.status_code == 403
    assert "secret" not in response.text
