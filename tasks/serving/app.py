"""The server's application: model, threads, routes and what stands before them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette

from tasks.serving.answering import Answering
from tasks.serving.find_model import FoundModel
from tasks.serving.follow import INTERVAL, Follower
from tasks.serving.guard import Guard
from tasks.serving.limits import Limits
from tasks.serving.metrics import Gauge, Labels, Metrics, labels
from tasks.serving.routes import Routes, malformed
from tasks.serving.served import Served

logger = logging.getLogger(__name__)

_PAGE = 4096


def make_app(
    served: Served,
    find: Callable[[], FoundModel | None],
    *,
    limits: Limits,
    hosts: Collection[str] = (),
    interval: float = INTERVAL,
) -> Guard:
    """Return the application, which loads its model when it is started.

    Args:
        served: has the model's name, and the model if one is loaded.
        find: returns the model to serve; it is asked again and again.
        limits: of requests.
        hosts: names by which the server may be asked, beside addresses and ``localhost``.
        interval: seconds between two calls of ``find``.
    """
    metrics = Metrics()
    answering = Answering(limits, metrics)
    metrics.gauges.extend(_gauges(served, answering))

    def observe(loaded: bool) -> None:
        metrics.loads.add(result="ok" if loaded else "failed")

    if served.current:
        observe(True)
    follower = Follower(served, find, interval=interval, observe=observe)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        follower.start()
        yield
        # Both wait for threads, one of which may be loading a model.
        await asyncio.to_thread(follower.stop)
        await asyncio.to_thread(answering.close)

    routes = Routes(served, answering, metrics).routes()
    handlers = {404: malformed, 405: malformed}
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    return Guard(app, hosts, metrics)


def _gauges(served: Served, answering: Answering) -> list[Gauge]:
    def version() -> dict[Labels, float]:
        current = served.current
        return {labels(model=served.name): current.found.version} if current else {}

    return [
        Gauge("graft_model_version", "Version of the model that answers.", version),
        Gauge(
            "graft_waiting_rows",
            "Pictures that wait for the model.",
            lambda: {(): answering.batcher.waiting},
        ),
        Gauge(
            "process_resident_memory_bytes",
            "Resident memory size in bytes.",
            lambda: {(): _resident_bytes()},
        ),
    ]


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * _PAGE
