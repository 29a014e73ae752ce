"""The buttons of the page, in this process: Airflow's own auth manager, tokens and data base."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from graft_airflow.pages import HEADERS, pages
from graft_airflow.registry_changes import MOST_BYTES
from support.trained import Model, write_trained
from tasks.params.promotion import PromotionParams
from tasks.registry.champion import FLOWERS
from tasks.registry.history import HISTORY, read_registry
from tasks.registry.promote import promote_run
from tasks.storage.paths import Home

Token = Callable[[str | None], str]
PROMOTE, ROLL_BACK = f"/models/{FLOWERS}/promote", f"/models/{FLOWERS}/rollback"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of two versions, the first of them the champion."""
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    home = Home(tmp_path)
    for run_id, right in (("good", 30), ("<b>bad", 10)):
        write_trained(home, Model(run_id, [True] * right + [False] * (40 - right)))
        promote_run(home, FLOWERS, run_id, PromotionParams(), who="a run")
    write_trained(home, Model("birds/good", [True] * 40))
    return home


@pytest.fixture
def browser(home: Home, token: Token) -> Callable[[str | None], TestClient]:
    """A browser with the session of a user of a role, or without one."""

    def log_in(role: str | None) -> TestClient:
        client = TestClient(pages(), follow_redirects=False)
        if role is not None:
            client.cookies.set("_token", token(role))
        return client

    return log_in


def form_of(client: TestClient, **fields: str) -> dict[str, str]:
    """Return the fields of a form of the page, with its token."""
    found = re.search(r'name="token" value="([0-9a-f]+)"', client.get("/").text)
    assert found
    return {"token": found[1], **fields}


def aliases(home: Home) -> dict[str, int]:
    return read_registry(home, FLOWERS).aliases()


def test_promote_and_roll_back(home: Home, browser: Callable[..., TestClient]) -> None:
    client = browser("user")
    answer = client.post(PROMOTE, data=form_of(client, version="2", why="it is <i>smaller</i>"))
    assert (answer.status_code, answer.headers["location"]) == (303, "../../")
    assert aliases(home) == {"champion": 2, "previous": 1}
    last = read_registry(home, FLOWERS).events[-1]
    assert (last.who, last.why) == ("someone", "it is <i>smaller</i>")
    text = client.get("/").text
    assert "promoted by someone: it is &lt;i&gt;smaller&lt;/i&gt;" in text
    assert "<button>Roll back to version 1</button>" in text
    answer = client.post(ROLL_BACK, data=form_of(client, version="2"))
    assert answer.status_code == 303
    assert aliases(home) == {"champion": 1}


def test_the_page_lists_versions_and_names(browser: Callable[..., TestClient]) -> None:
    text = browser("viewer").get("/").text
    assert "<h2>Versions of the model flowers</h2>" in text
    assert "<strong>champion</strong>" in text
    assert "&lt;b&gt;bad" in text
    assert "<b>" not in text


class TestPermission:
    @pytest.mark.parametrize("role", ["user", "op", "admin"])
    def test_who_may_edit_the_dag_has_buttons(
        self, browser: Callable[..., TestClient], role: str
    ) -> None:
        assert "<button>Promote</button>" in browser(role).get("/").text

    def test_a_viewer_has_none(self, browser: Callable[..., TestClient]) -> None:
        text = browser("viewer").get("/").text
        assert "<button>Promote</button>" not in text
        assert 'name="token"' not in text

    @pytest.mark.parametrize("path", [PROMOTE, ROLL_BACK])
    @pytest.mark.parametrize(("role", "status"), [(None, 401), ("viewer", 403)])
    def test_nobody_else_may_change(
        self,
        home: Home,
        browser: Callable[..., TestClient],
        path: str,
        role: str | None,
        status: int,
    ) -> None:
        before = read_registry(home, FLOWERS)
        token = form_of(browser("user"))["token"]
        client = browser(role)
        assert client.post(path, data={"token": token, "version": "2"}).status_code == status
        assert read_registry(home, FLOWERS) == before

    def test_a_program_gives_its_token_in_the_header(
        self, home: Home, browser: Callable[..., TestClient], token: Token
    ) -> None:
        headers = {"Authorization": f"Bearer {token('user')}"}
        answer = browser(None).post(PROMOTE, data={"version": "2"}, headers=headers)
        assert answer.status_code == 303
        assert aliases(home)["champion"] == 2


class TestForgery:
    @pytest.mark.parametrize("path", [PROMOTE, ROLL_BACK])
    def test_a_form_without_the_pages_token(
        self, home: Home, browser: Callable[..., TestClient], path: str
    ) -> None:
        before = read_registry(home, FLOWERS)
        answer = browser("admin").post(path, data={"version": "2"})
        assert answer.status_code == 403
        assert read_registry(home, FLOWERS) == before

    def test_another_site(self, home: Home, browser: Callable[..., TestClient]) -> None:
        client = browser("admin")
        form = form_of(client, version="2")
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
            assert client.post(PROMOTE, data=form, headers=headers).status_code == 403
        assert aliases(home)["champion"] == 1

    @pytest.mark.parametrize("path", [PROMOTE, ROLL_BACK])
    def test_a_link_changes_nothing(self, browser: Callable[..., TestClient], path: str) -> None:
        assert browser("admin").get(f"{path}?version=2").status_code == 405


class TestErrors:
    @pytest.mark.parametrize(
        ("path", "version", "text"),
        [
            (PROMOTE, "7", "there is no version and no run &#39;7&#39;"),
            (PROMOTE, "1", "version 1 is the champion already"),
            (PROMOTE, "<b>x", "there is no version and no run &#39;&lt;b&gt;x&#39;"),
            (ROLL_BACK, "1", "nothing to roll back to"),
            (ROLL_BACK, "2", "version 2 is not the champion any more, version 1 is"),
            (PROMOTE, "2" * 5000, "there is no version and no run &#39;222"),
            (PROMOTE, "٢", "there is no version and no run"),
            (
                PROMOTE,
                "birds/good",
                "birds/good&#39; belongs to the pipeline birds, expected",
            ),
            (ROLL_BACK, "1" * 5000, "version 0 is not the champion any more, version 1 is"),
            (ROLL_BACK, "٢", "version 0 is not the champion any more, version 1 is"),
            (ROLL_BACK, "", "version 0 is not the champion any more, version 1 is"),
        ],
    )
    def test_are_a_page(
        self, browser: Callable[..., TestClient], path: str, version: str, text: str
    ) -> None:
        client = browser("user")
        answer = client.post(path, data=form_of(client, version=version))
        assert answer.status_code == 409
        assert text in answer.text
        assert HEADERS.items() <= {k.title(): v for k, v in answer.headers.items()}.items()

    def test_another_model(self, browser: Callable[..., TestClient]) -> None:
        client = browser("user")
        answer = client.post("/models/birds/promote", data=form_of(client, version="2"))
        assert answer.status_code == 404
        assert "There is no model birds, only flowers." in answer.text

    def test_a_form_that_is_too_large(self, browser: Callable[..., TestClient]) -> None:
        client = browser("user")
        answer = client.post(PROMOTE, data=form_of(client, version="2", why="x" * MOST_BYTES))
        assert answer.status_code == 413

    def test_a_damaged_registry_hides_no_run(
        self, home: Home, browser: Callable[..., TestClient]
    ) -> None:
        (home.registry / FLOWERS / HISTORY).write_text("{")
        answer = browser("user").get("/")
        assert answer.status_code == 200
        assert "history.jsonl is damaged" in answer.text
        assert "<h2>Runs</h2>" in answer.text


def test_a_promotion_stands_where_mlflow_is_not_told(
    home: Home,
    browser: Callable[..., TestClient],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "mlflow")
    client = browser("user")
    assert client.post(PROMOTE, data=form_of(client, version="2")).status_code == 303
    assert aliases(home)["champion"] == 2
    assert "MLflow's aliases are not in step: MLFLOW_TRACKING_URI is 'mlflow'" in caplog.text
