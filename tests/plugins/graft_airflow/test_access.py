"""The dependency in an application of one route, with Airflow's own auth manager and tokens."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from graft_airflow.access import (
    can_edit,
    current_user,
    may_edit,
    may_read_runs,
    session_of,
    whose_runs_can_be_read,
)

Token = Callable[[str | None], str]


@pytest.fixture
def client(manager: Any) -> TestClient:
    app = FastAPI(dependencies=[may_read_runs(lambda _: "a_dag")])
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


class TestEditing:
    @pytest.fixture
    def editor(self, manager: Any) -> TestClient:  # noqa: ARG002 - makes the auth manager
        app = FastAPI()
        signed_in = current_user()
        app.post("/", dependencies=[may_edit(lambda _: "a_dag")])(lambda: "edited")

        @app.get("/")
        def page(request: Request, user: Any = signed_in) -> dict[str, Any]:
            return {
                "name": user.get_name(),
                "may": can_edit(user, "a_dag"),
                "session": session_of(request),
            }

        return TestClient(app)

    @pytest.mark.parametrize(
        ("role", "may"), [("viewer", False), ("user", True), ("op", True), ("admin", True)]
    )
    def test_who_may_edit_the_dag(
        self, editor: TestClient, token: Token, role: str, may: bool
    ) -> None:
        headers = {"Authorization": f"Bearer {token(role)}"}
        assert editor.post("/", headers=headers).status_code == (200 if may else 403)
        found = editor.get("/", headers=headers).json()
        assert found == {"name": "someone", "may": may, "session": None}

    def test_without_a_token(self, editor: TestClient) -> None:
        assert editor.post("/").status_code == 401

    def test_the_session_is_the_cookie_unless_a_header_goes_first(
        self, editor: TestClient, token: Token
    ) -> None:
        session = token("user")
        editor.cookies.set("_token", session)
        assert editor.get("/").json()["session"] == session
        headers = {"Authorization": f"bearer {session}"}
        assert editor.get("/", headers=headers).json()["session"] is None


class TestRunsOfSeveralDags:
    DAGS = ("one", "two", "three")

    @pytest.fixture
    def user(self, manager: Any) -> Any:  # noqa: ARG002 - makes the auth manager
        from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

        return SimpleAuthManagerUser(username="someone", role="viewer")

    def test_of_all_the_auth_manager_is_asked_once(
        self, manager: Any, user: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Any] = []

        def batch(_: Any, requests: Any, *, user: Any) -> bool:
            asked.append((user, [(r["method"], r["access_entity"].value) for r in requests]))
            assert [request["details"].id for request in requests] == list(self.DAGS)
            return True

        monkeypatch.setattr(type(manager), "batch_is_authorized_dag", batch)
        monkeypatch.setattr(type(manager), "is_authorized_dag", None)
        assert whose_runs_can_be_read(user, self.DAGS) == set(self.DAGS)
        assert asked == [(user, [("GET", "RUN")] * 3)]

    def test_who_may_read_some_reads_those(
        self, manager: Any, user: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def allowed(*_: Any, details: Any, **__: Any) -> bool:
            return bool(details.id == "two")

        monkeypatch.setattr(type(manager), "is_authorized_dag", allowed)
        assert whose_runs_can_be_read(user, self.DAGS) == {"two"}
        assert whose_runs_can_be_read(user, ["one"]) == set()

    def test_by_airflows_own_roles(self, user: Any) -> None:
        from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

        assert whose_runs_can_be_read(user, self.DAGS) == set(self.DAGS)
        nobody = SimpleAuthManagerUser(username="someone", role=None)
        assert whose_runs_can_be_read(nobody, self.DAGS) == set()
