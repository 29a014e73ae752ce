"""The paths of the server: TensorFlow Serving's REST API, health, metrics and the page."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tasks.serving.answering import Answering
from tasks.serving.ask import answer_picture
from tasks.serving.errors import BusyError, RequestError
from tasks.serving.limits import BodyReader
from tasks.serving.metrics import Metrics
from tasks.serving.page import asset, page
from tasks.serving.served import Served, ServedModel
from tasks.serving.status import metadata, status
from tasks.whole_number import whole_number

Handler = Callable[[Request], Awaitable[Response]]

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_RETRY_SECONDS = "1"
_VERSIONS = ("", "/versions/{version}", "/labels/{label}")


class Routes:
    """Handlers of all paths.

    Args:
        served: the model.
        answering: answers requests.
        metrics: of the server.
    """

    def __init__(self, served: Served, answering: Answering, metrics: Metrics) -> None:
        self._served = served
        self._answering = answering
        self._metrics = metrics
        self._bodies = BodyReader(answering.limits)

    def routes(self) -> list[Route]:
        """Return the routes."""
        found = [
            Route("/", self._page),
            Route("/static/{name}", self._asset),
            Route("/healthz", self._healthz),
            Route("/readyz", _told(self._readyz)),
            Route("/metrics", self._metrics_text),
            Route("/ask", _told(self._ask), methods=["POST"]),
        ]
        for place in _VERSIONS:
            path = f"/v1/models/{{name}}{place}"
            found += [
                Route(f"{path}:predict", _told(self._predict), methods=["POST"]),
                Route(f"{path}/metadata", _told(self._metadata)),
                Route(path, _told(self._status)),
            ]
        return found

    async def _predict(self, request: Request) -> Response:
        async def work(body: bytes, model: ServedModel) -> Response:
            answer = await self._answering.predict(body, model)
            return Response(answer, media_type="application/json")

        return await self._with_body(request, work)

    async def _ask(self, request: Request) -> Response:
        async def work(body: bytes, model: ServedModel) -> Response:
            return JSONResponse(await answer_picture(self._answering, body, model, self._served))

        request.path_params["name"] = self._served.name
        return await self._with_body(request, work)

    async def _with_body(
        self, request: Request, work: Callable[[bytes, ServedModel], Awaitable[Response]]
    ) -> Response:
        limits = self._answering.limits
        with self._bodies.room() as room:
            body = await room.read(_stream(request), request.headers.get("content-length"))
            try:
                async with asyncio.timeout(limits.seconds):
                    with self._model(request) as model:
                        return await work(body, model)
            except TimeoutError:
                raise RequestError(
                    f"no answer within {limits.seconds:g} s; try again", 504
                ) from None

    def _model(self, request: Request) -> AbstractContextManager[ServedModel]:
        given = request.path_params
        version = given.get("version")
        if version is not None and whole_number(version) is None:
            raise HTTPException(404)
        return self._served.model(given["name"], version, given.get("label"))

    async def _status(self, request: Request) -> Response:
        with self._model(request) as model:
            return JSONResponse(status(self._served, model))

    async def _metadata(self, request: Request) -> Response:
        with self._model(request) as model:
            return JSONResponse(metadata(self._served.name, model))

    async def _healthz(self, _: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _readyz(self, _: Request) -> Response:
        with self._served.model(self._served.name):
            return PlainTextResponse("ok\n")

    async def _metrics_text(self, _: Request) -> Response:
        return Response(self._metrics.text(), headers={"content-type": _METRICS_TYPE})

    async def _page(self, _: Request) -> Response:
        return Response(page(self._served), media_type="text/html")

    async def _asset(self, request: Request) -> Response:
        found = asset(request.path_params["name"])
        if found is None:
            return JSONResponse({"error": "Not Found"}, 404)
        content, kind = found
        return Response(content, media_type=kind)


def _told(handler: Handler) -> Handler:
    """Return a handler whose errors are answers, as TensorFlow Serving words them."""

    async def told(request: Request) -> Response:
        try:
            return await handler(request)
        except RequestError as error:
            headers = {"retry-after": _RETRY_SECONDS} if isinstance(error, BusyError) else None
            return JSONResponse({"error": str(error)}, error.status, headers)
        except ClientDisconnect:
            # Nobody reads it.
            return Response(status_code=400)

    return told


async def _stream(request: Request) -> AsyncIterator[bytes]:
    async for part in request.stream():
        yield part


async def malformed(request: Request, error: Exception) -> Response:
    """Answer a request for a path that there is not, or with a method that it has not."""
    message = f"Malformed request: {request.method} {request.url.path[:200]}"
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 404 and request.url.path.startswith("/v1/"):
        # As TensorFlow Serving has it.
        status = 400
    return JSONResponse({"error": message}, status)
