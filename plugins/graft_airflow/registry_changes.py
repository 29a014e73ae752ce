"""Changes of the registry by the page's buttons: promote and roll back."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from graft_airflow.access import current_user, may_edit
from graft_airflow.forgery import refuse_forged
from graft_airflow.page_pipelines import asked_dag, known_pipelines, page_of
from tasks.errors import GraftError
from tasks.storage.paths import Home
from tasks.whole_number import whole_number

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

logger = logging.getLogger(__name__)

#: Most bytes of a form; a reason of 1,000 characters has 12,000 at most.
MOST_BYTES = 16 * 1024
_SEE_OTHER, _NOT_FOUND, _CONFLICT, _TOO_LARGE = 303, 404, 409, 413

#: Makes a change, given the home, the model's name, the form's fields and the user's name.
Change = Callable[[Home, str, dict[str, str], str], object]


def add_changes(app: "FastAPI") -> None:
    """Add the addresses that the page's forms go to, for users who may edit the model's DAG."""
    from fastapi import Request

    signed_in = current_user()

    @app.post("/models/{name}/promote", dependencies=[may_edit(asked_dag)])
    async def promote(request: Request, name: str, user: Any = signed_in) -> Any:
        return await _change(request, name, user, _promote)

    @app.post("/models/{name}/rollback", dependencies=[may_edit(asked_dag)])
    async def rollback(request: Request, name: str, user: Any = signed_in) -> Any:
        return await _change(request, name, user, _roll_back)


def _promote(home: Home, name: str, form: dict[str, str], who: str) -> None:
    from tasks.registry import by_hand

    by_hand.promote(home, name, form.get("version", ""), who=who, why=form.get("why", ""))


def _roll_back(home: Home, name: str, form: dict[str, str], who: str) -> None:
    from tasks.registry import by_hand

    # The page may be older than the last promotion.
    number = whole_number(form.get("version", "")) or 0
    by_hand.roll_back(home, name, who=who, why=form.get("why", ""), number=number)


async def _change(request: "Request", name: str, user: Any, change: Change) -> "Response":
    """Make a change and send the browser back to the page; or say why it was not made."""
    from fastapi import BackgroundTasks
    from fastapi.concurrency import run_in_threadpool
    from fastapi.responses import HTMLResponse, RedirectResponse

    from tasks.report.html import render

    form = await _read_form(request)
    refuse_forged(request, form.get("token", ""))
    home = Home.from_environ()
    known = known_pipelines(home)
    if name not in known:
        reason = f"There is no model {name}, only {', '.join(known)}."
        return HTMLResponse(render("refused.html.j2", reason=reason), _NOT_FOUND)
    try:
        await run_in_threadpool(change, home, name, form, user.get_name())
    except GraftError as error:
        return HTMLResponse(render("refused.html.j2", reason=str(error)), _CONFLICT)
    # The browser does not wait for another server.
    after = BackgroundTasks()
    after.add_task(_tell_mlflow, home, name)
    return RedirectResponse(f"../../{page_of(name)}", _SEE_OTHER, background=after)


def _tell_mlflow(home: Home, name: str) -> None:
    from tasks.tracking.track import keep_aliases

    if failure := keep_aliases(home, name):
        logger.warning("%s", failure)


async def _read_form(request: "Request") -> dict[str, str]:
    """Return the fields of a form; a larger one than the page's is refused."""
    from fastapi import HTTPException

    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise HTTPException(_TOO_LARGE, f"the form has more than {MOST_BYTES:,} bytes")
    return dict(parse_qsl(content.decode("utf-8", "replace")))
