"""Pages that Airflow's UI shows in frames: a pipeline's runs, and the report of one run."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from graft_airflow.access import (
    can_edit,
    current_user,
    may_read_runs,
    whose_runs_can_be_read,
)
from graft_airflow.forgery import form_token
from graft_airflow.page_pipelines import asked_dag, asked_pipeline, known_pipelines
from graft_airflow.registry_changes import add_changes
from graft_airflow.report_page import report_page
from tasks.pipelines.names import dag_id
from tasks.storage.paths import Home

if TYPE_CHECKING:
    from fastapi import FastAPI

PREFIX = "/transfer-learning"

#: Forbid scripts, requests to other places, and frames other than Airflow's own.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}

# A twig grafted onto a stem. The white edge keeps it visible on a light, a dark and, where the page
# is selected, a blue background.
_TWIG = (
    "M9 22V9M9 16c0-4 3-6 7-6M16 10c0-4 2-6 5-6 0 4-2 6-5 6zM9 9C5 9 3 7 3 3c4 0 6 2 6 6zM6 18h6"
)
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none">'
    '<g stroke-linecap="round" stroke-linejoin="round">'
    f'<path stroke="#fff" stroke-width="5" d="{_TWIG}"/>'
    f'<path stroke="#17703a" stroke-width="2" d="{_TWIG}"/></g></svg>'
)

#: Addresses are relative to Airflow's, which may have a path itself.
EXTERNAL_VIEWS = [
    {
        "name": "Transfer learning",
        "href": f"{PREFIX.strip('/')}/",
        "destination": "nav",
        "url_route": "transfer-learning",
        "icon": f"data:image/svg+xml,{quote(_ICON)}",
    },
    {
        "name": "Report",
        "href": f"{PREFIX.strip('/')}/dags/{{DAG_ID}}/runs/{{RUN_ID}}/report",
        "destination": "dag_run",
        "url_route": "report",
    },
]


def fastapi_app() -> dict[str, Any]:
    """Return the pages in the form in which a plugin hands an application to Airflow."""
    return {"app": pages(), "url_prefix": PREFIX, "name": "Transfer learning"}


def pages() -> "FastAPI":
    """Return an application of two pages, for users who may read the runs of its DAG."""
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

    allowed = may_read_runs(asked_dag)
    app = FastAPI(title="Transfer learning", openapi_url=None, dependencies=[allowed])

    @app.middleware("http")
    async def add_headers(request: Any, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    @app.get("/dags/{dag_id}/runs/{run_id}/report")
    def report(dag_id: str, run_id: str) -> HTMLResponse:
        page, status = report_page(Home.from_environ(), dag_id, run_id)
        return HTMLResponse(page, status)

    _add_runs(app)
    add_changes(app)
    return app


def _add_runs(app: "FastAPI") -> None:
    """Add the page of all runs and versions."""
    from fastapi import Request
    from fastapi.responses import HTMLResponse

    signed_in = current_user()

    @app.get("/")
    def runs(
        request: Request, first: str = "", second: str = "", user: Any = signed_in
    ) -> HTMLResponse:
        from tasks.report.html import render
        from tasks.report.overview import overview

        home, name = Home.from_environ(), asked_pipeline(request)
        known = known_pipelines(home)
        if name not in known:
            return HTMLResponse(render("no_pipeline.html.j2", name=name), 404)
        readable = whose_runs_can_be_read(user, [dag_id(each) for each in known])
        page = overview(
            home,
            name=name,
            names=[each for each in known if dag_id(each) in readable],
            dag_id=dag_id(name),
            first=first,
            second=second,
            may_change=can_edit(user, dag_id(name)),
            token=form_token(request),
        )
        return HTMLResponse(page)
