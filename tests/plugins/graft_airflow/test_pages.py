"""The plugin's pages in this process: Airflow's own auth manager, tokens and data base."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graft_airflow.pages import EXTERNAL_VIEWS, HEADERS, PREFIX, fastapi_app, pages
from tasks.runs.record import DAG_ID
from tasks.storage.paths import Home

Run = Callable[..., Home]
RUN = "manual__2026-01-02T03:04:05+00:00"
REPORT = f"/dags/{DAG_ID}/runs/{RUN}/report"
PATHS = ["/", REPORT]


@pytest.fixture
def anonymous(write_run: Run, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    home = write_run(RUN)
    home.report(RUN).write_text("<h1>the report</h1>")
    monkeypatch.setenv("GRAFT_HOME", str(home.root))
    return TestClient(pages())


@pytest.fixture
def viewer(anonymous: TestClient, token: Callable[[str | None], str]) -> TestClient:
    anonymous.headers["Authorization"] = f"Bearer {token('viewer')}"
    return anonymous


class TestAccess:
    @pytest.mark.parametrize("path", PATHS)
    def test_without_a_token(self, anonymous: TestClient, path: str) -> None:
        response = anonymous.get(path)
        assert response.status_code == 401
        assert response.json() == {"detail": "Not authenticated"}

    @pytest.mark.parametrize("path", PATHS)
    def test_without_permission_on_the_dag(
        self, anonymous: TestClient, token: Callable[[str | None], str], path: str
    ) -> None:
        response = anonymous.get(path, headers={"Authorization": f"Bearer {token(None)}"})
        assert response.status_code == 403
        assert "the report" not in response.text

    @pytest.mark.usefixtures("manager")
    @pytest.mark.parametrize("path", PATHS)
    def test_with_a_token_that_is_none(self, anonymous: TestClient, path: str) -> None:
        response = anonymous.get(path, headers={"Authorization": "Bearer abc"})
        assert response.status_code == 403

    @pytest.mark.parametrize("path", PATHS)
    def test_the_sessions_cookie_is_enough(
        self, anonymous: TestClient, token: Callable[[str | None], str], path: str
    ) -> None:
        anonymous.cookies.set("_token", token("viewer"))
        assert anonymous.get(path).status_code == 200

    def test_a_query_cannot_choose_the_dag_that_is_asked_for(
        self, anonymous: TestClient, token: Callable[[str | None], str]
    ) -> None:
        headers = {"Authorization": f"Bearer {token(None)}"}
        assert anonymous.get("/?dag_id=another", headers=headers).status_code == 403


class TestHeaders:
    @pytest.mark.parametrize("path", [*PATHS, "/gone"])
    def test_are_on_every_answer(self, viewer: TestClient, path: str) -> None:
        for client in (viewer, TestClient(pages())):
            headers = client.get(path).headers
            assert HEADERS.items() <= {k.title(): v for k, v in headers.items()}.items()

    def test_policy_allows_no_script_and_no_other_frame(self) -> None:
        policy = dict(
            part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'self'"
        assert "script-src" not in policy


class TestReport:
    def test_is_the_runs_file(self, viewer: TestClient) -> None:
        response = viewer.get(REPORT)
        assert response.status_code == 200
        assert response.text == "<h1>the report</h1>"
        assert response.headers["content-type"] == "text/html; charset=utf-8"

    def test_a_run_without_one_says_so(self, viewer: TestClient) -> None:
        response = viewer.get(f"/dags/{DAG_ID}/runs/manual__2027/report")
        assert response.status_code == 404
        assert "The run manual__2027 has none yet: its task report writes it" in response.text

    def test_another_dags_run_has_none(self, viewer: TestClient) -> None:
        response = viewer.get(f"/dags/another/runs/{RUN}/report")
        assert response.status_code == 404
        assert f"Runs of another have none, only those of {DAG_ID}." in response.text

    def test_names_are_escaped(self, viewer: TestClient) -> None:
        for path in ("/dags/<b>x/runs/r/report", f"/dags/{DAG_ID}/runs/<b>x/report"):
            response = viewer.get(path)
            assert response.status_code == 404
            assert "&lt;b&gt;x" in response.text
            assert "<b>" not in response.text

    @pytest.mark.parametrize(
        "run_id",
        [
            "..",
            "../secret",
            "..%2Fsecret",
            "%2e%2e%2Fsecret",
            "%2Fetc",
            "a%2F..%2F..%2Fsecret",
            "%00",
        ],
    )
    def test_no_run_id_leads_out_of_the_runs(self, viewer: TestClient, run_id: str) -> None:
        root = Home.from_environ().root
        for folder in (root, root / "secret", root / "runs" / "run"):
            folder.mkdir(exist_ok=True)
            (folder / "report.html").write_text("secret")
        (root / "runs" / "run" / "report.html").unlink()
        response = viewer.get(f"/dags/{DAG_ID}/runs/{run_id}/report")
        assert response.status_code == 404
        assert "secret" not in response.text.replace("secret has none yet", "")


class TestRuns:
    def test_shows_the_runs_and_links_to_their_reports(self, viewer: TestClient) -> None:
        text = viewer.get("/").text
        folder = Home.from_environ().run(RUN).name
        assert f'<a href="dags/{DAG_ID}/runs/{folder}/report">{RUN}</a>' in text
        assert viewer.get(f"/dags/{DAG_ID}/runs/{folder}/report").status_code == 200

    def test_compares_two(self, viewer: TestClient) -> None:
        folder = Home.from_environ().run(RUN).name
        text = viewer.get("/", params={"first": folder, "second": folder}).text
        assert "Two runs compared" in text
        assert "<td>same</td>" in text
        assert "<td>differs</td>" not in text

    def test_says_so_when_there_is_no_such_run(self, viewer: TestClient) -> None:
        text = viewer.get("/", params={"first": "<b>x", "second": "../.."}).text
        assert "There is no run &lt;b&gt;x." in text
        assert "There is no run ../..." in text


class TestPipelines:
    @pytest.fixture
    def two(self, viewer: TestClient, write_run: Run, monkeypatch: pytest.MonkeyPatch) -> Home:
        """A home in which a pipeline birds has a run of the same id, and a page."""
        home = write_run(f"birds/{RUN}")
        home.report(f"birds/{RUN}").write_text("<h1>of birds</h1>")
        folder = home.root / "pipelines"
        folder.mkdir()
        (folder / "birds.toml").write_text('[params]\nsource = "sample"\n')
        monkeypatch.setenv("GRAFT_PIPELINES", str(folder))
        assert viewer.get("/").status_code == 200
        return home

    def test_each_has_a_page_of_its_own_runs(self, viewer: TestClient, two: Home) -> None:
        flowers, birds = viewer.get("/").text, viewer.get("/?pipeline=birds").text
        assert '<a href="?pipeline=birds">birds</a>' in flowers
        assert '<a href="?pipeline=birds" aria-current="page">birds</a>' in birds
        assert f">birds/{RUN}<" in birds
        assert f">birds/{RUN}<" not in flowers
        link = f"dags/birds_transfer_learning/runs/{two.run(f'birds/{RUN}').name}/report"
        assert f'<a href="{link}">' in birds
        assert viewer.get(f"/{link}").text == "<h1>of birds</h1>"

    @pytest.mark.usefixtures("two")
    def test_the_tab_of_a_run_shows_that_of_its_pipeline(self, viewer: TestClient) -> None:
        assert viewer.get(f"/dags/birds_transfer_learning/runs/{RUN}/report").text.endswith(
            "of birds</h1>"
        )
        assert viewer.get(REPORT).text == "<h1>the report</h1>"

    @pytest.mark.usefixtures("two")
    def test_who_may_read_one_may_not_read_another(
        self, viewer: TestClient, manager: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def allowed(*_: Any, details: Any, **__: Any) -> bool:
            return bool(details.id == DAG_ID)

        monkeypatch.setattr(type(manager), "is_authorized_dag", allowed)
        page = viewer.get("/")
        assert (page.status_code, "birds" in page.text) == (200, False)
        for path in ("/?pipeline=birds", f"/dags/birds_transfer_learning/runs/{RUN}/report"):
            assert viewer.get(path).status_code == 403
        assert viewer.post("/models/birds/rollback?pipeline=flowers").status_code == 403

    def test_one_that_is_not_known(self, viewer: TestClient) -> None:
        answer = viewer.get("/", params={"pipeline": "<b>x"})
        assert answer.status_code == 404
        assert "There is no pipeline &lt;b&gt;x." in answer.text


class TestRegistration:
    def test_addresses_are_relative_and_reach_the_pages(self, viewer: TestClient) -> None:
        page, tab = (view["href"] for view in EXTERNAL_VIEWS)
        assert viewer.get("/" + page.removeprefix(f"{PREFIX[1:]}/")).status_code == 200
        filled = tab.replace("{DAG_ID}", DAG_ID).replace("{RUN_ID}", RUN)
        assert viewer.get("/" + filled.removeprefix(f"{PREFIX[1:]}/")).status_code == 200

    def test_the_prefix_is_none_of_airflows(self) -> None:
        from airflow.api_fastapi.app import RESERVED_URL_PREFIXES

        app = fastapi_app()
        assert app["url_prefix"] == PREFIX
        assert not any(PREFIX.startswith(prefix) for prefix in RESERVED_URL_PREFIXES)
