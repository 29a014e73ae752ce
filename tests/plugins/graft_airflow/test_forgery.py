"""The guard in an application of one route; Airflow's own cookie, settings and nothing else."""

from collections.abc import Mapping
from typing import Annotated

import pytest
from fastapi import FastAPI, Form, Request
from fastapi.testclient import TestClient

from graft_airflow.forgery import form_token, refuse_forged

HOST = "http://testserver"


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()

    @app.get("/")
    def page(request: Request) -> str:
        return form_token(request)

    @app.post("/")
    def change(request: Request, token: Annotated[str, Form()] = "") -> str:
        refuse_forged(request, token)
        return "changed"

    return TestClient(app)


def with_session(client: TestClient, session: str = "a session") -> str:
    """Log in and return the token of a page."""
    client.cookies.set("_token", session)
    token: str = client.get("/").json()
    return token


def post(client: TestClient, token: str, headers: Mapping[str, str] | None = None) -> int:
    response = client.post("/", data={"token": token}, headers=dict(headers or {}))
    return int(response.status_code)


def test_a_page_of_ours_may(client: TestClient) -> None:
    token = with_session(client)
    assert len(token) == 64
    assert post(client, token) == 200
    assert post(client, token, {"Origin": HOST, "Sec-Fetch-Site": "same-origin"}) == 200


@pytest.mark.parametrize("token", ["", "x", "ä", "0" * 64])
def test_another_page_has_no_token(client: TestClient, token: str) -> None:
    with_session(client)
    assert post(client, token) == 403


def test_a_token_is_of_its_session(client: TestClient) -> None:
    token = with_session(client)
    with_session(client, "another session")
    response = client.post("/", data={"token": token})
    assert response.status_code == 403
    assert response.json()["detail"].startswith("the page is of another session: go back, reload")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        # Another port of this machine: the browser sends the cookie, SameSite or not.
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:8081"},
        {"Origin": "null"},
        {"Origin": HOST, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_may_not_even_with_a_token(
    client: TestClient, headers: dict[str, str]
) -> None:
    assert post(client, with_session(client), headers) == 403
    assert post(client, "", {**headers, "Authorization": "Bearer x"}) == 403


def test_behind_a_proxy_airflows_setting_names_the_host(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = with_session(client)
    origin = {"Origin": "https://airflow.example.org"}
    assert post(client, token, origin) == 403
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.org/airflow")
    assert post(client, token, origin) == 200


def test_a_program_with_a_token_in_its_header_needs_no_form_token(client: TestClient) -> None:
    with_session(client)
    assert post(client, "", {"Authorization": "Bearer x"}) == 200
    # Airflow takes the cookie if the header is none of its own.
    assert post(client, "", {"Authorization": "Basic x"}) == 403
