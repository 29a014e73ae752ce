"""The HTTP server, which answers all that it has begun to read before it ends."""

import asyncio
import logging
import socket
from types import FrameType

import uvicorn
from uvicorn.config import Config

from tasks.errors import SetupError
from tasks.serving.guard import Guard

logger = logging.getLogger(__name__)

# Connections at once; more are answered 503 by uvicorn itself.
_CONNECTIONS = 1000
_KEEP_ALIVE_SECONDS = 15
# After the signal, clients on open connections are told to close them.
_LEAVE_SECONDS = 1.0


class DrainingServer(uvicorn.Server):
    """Server that goes on for a second after SIGTERM, and tells clients to close connections.

    A client that keeps its connection may be sending a request just when the server ends. So every
    answer ends its connection first, and the server stops to listen when they are closed.
    """

    def __init__(self, config: Config, guard: Guard) -> None:
        super().__init__(config)
        self._guard = guard

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first signal, end at once at the second."""
        if self._guard.draining:
            super().handle_exit(sig, frame)
            return
        logger.info("stopping: requests that have begun are answered")
        self._guard.draining = True
        asyncio.get_running_loop().call_soon_threadsafe(self._leave, sig, frame)

    def _leave(self, sig: int, frame: FrameType | None) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(_LEAVE_SECONDS, super().handle_exit, sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any free one.

    Raises:
        SetupError: the address cannot be used.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        reason = error.strerror or error
        raise SetupError(
            f"{host} port {port} cannot be used: {reason}; give another --port or --host"
        ) from None
    return listener


def run_server(guard: Guard, listener: socket.socket, *, longest: float) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        guard: the application.
        listener: a bound socket.
        longest: seconds that requests have to end when the server stops.
    """
    config = Config(
        guard,
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
    DrainingServer(config, guard).run(sockets=[listener])
