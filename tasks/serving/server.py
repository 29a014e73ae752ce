"""The HTTP server, which answers all that it has begun to read before it ends."""

import asyncio
import logging
import socket
import time
from collections.abc import Coroutine
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.config import Config

from tasks.errors import SetupError
from tasks.serving.guard import Guard
from tasks.serving.request_head import BoundedHeadProtocol

logger = logging.getLogger(__name__)

# Connections at once; more are answered 503 by uvicorn itself.
_CONNECTIONS = 1000
_KEEP_ALIVE_SECONDS = 15
# How long idle connections stay open after the signal, and how often they are counted.
_IDLE_SECONDS = 1.0
_LOOK_SECONDS = 0.05


class DrainingServer(uvicorn.Server):
    """Server that loses no request when it is asked to end.

    It closes its listening socket first, so that clients know at once that nobody reads what they
    would send. Every answer then ends its connection. Who keeps an idle one may be sending
    a request just now, so those are closed a second later.

    Args:
        config: of uvicorn; its event loop has to be asyncio's, which closes sockets at once.
        guard: the application.
        listener: the socket.
    """

    def __init__(self, config: Config, guard: Guard, listener: socket.socket) -> None:
        super().__init__(config)
        self._guard = guard
        self._listener = listener
        self._tasks: set[asyncio.Task[Any]] = set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first signal, end at once at the second."""
        if self._guard.draining or not self.started:
            self.force_exit = self._guard.draining
            # It would show where it was interrupted.
            logging.getLogger("uvicorn.error").disabled = self._guard.draining
            super().handle_exit(sig, frame)
            return
        logger.info("stopping: requests that have begun are answered")
        self._guard.draining = True
        asyncio.get_running_loop().call_soon_threadsafe(self._leave, sig, frame)

    def _leave(self, sig: int, frame: FrameType | None) -> None:
        with suppress(BlockingIOError):
            # Who has connected already is heard: closing would throw them out of the queue.
            while True:
                self._start(self._take(self._listener.accept()[0]))
        for server in self.servers:
            server.close()
        self._start(self._drain(sig, frame))

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        # The loop itself keeps no reference.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()

        def protocol() -> asyncio.Protocol:
            return BoundedHeadProtocol(self.config, self.server_state, self.lifespan.state, loop)

        await loop.connect_accepted_socket(protocol, connection)

    async def _drain(self, sig: int, frame: FrameType | None) -> None:
        deadline = time.monotonic() + _IDLE_SECONDS
        # First, so that those that were just taken are counted.
        await asyncio.sleep(_LOOK_SECONDS)
        while self.server_state.connections and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_SECONDS)
        super().handle_exit(sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any free one.

    Raises:
        SetupError: the address cannot be used.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # asyncio sends answers without delay (TCP_NODELAY) only where the protocol is named.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.setblocking(False)
    except OSError as error:
        reason = error.strerror or error
        raise SetupError(
            f"{host} port {port} cannot be used: {reason}; give another --port or --host"
        ) from None
    return listener


def make_server(guard: Guard, listener: socket.socket, *, longest: float) -> DrainingServer:
    """Return a server, which serves until SIGTERM or SIGINT when it is run.

    Args:
        guard: the application.
        listener: a bound socket.
        longest: seconds that requests have to end when the server stops.
    """
    config = Config(
        guard,
        loop="asyncio",
        http=BoundedHeadProtocol,
        log_config=None,
        access_log=False,
        log_level=logging.WARNING,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(longest) + 1,
        server_header=False,
        proxy_headers=False,
        ws="none",
    )
    return DrainingServer(config, guard, listener)
