"""Guard before all routes: hosts and origins that may ask, headers, counts, draining.

A page of another site can make a browser send requests to a server on this machine. With a name of
its own that resolves to 127.0.0.1 (DNS rebinding) it could read the answers too. So only addresses
and the server's own names are answered, and a browser's requests from other origins are not.
"""

import ipaddress
import json
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tasks.serving.metrics import Metrics

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_CLOSE = (b"connection", b"close")
_READS = {"GET", "HEAD"}


class Guard:
    """Middleware around all routes.

    Args:
        app: the routes.
        hosts: names, beside addresses and ``localhost``, by which the server may be asked.
        metrics: are counted.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], metrics: Metrics) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._metrics = metrics
        #: True when the server is about to stop: every answer ends its connection.
        self.draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status = 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._headers()]
            await send(message)

        try:
            if refusal := self._refusal(scope):
                await _refuse(send_on, *refusal)
            else:
                await self._app(scope, receive, send_on)
        finally:
            self._count(scope["path"], status, time.monotonic() - started)

    def _headers(self) -> tuple[tuple[bytes, bytes], ...]:
        return (*_HEADERS, _CLOSE) if self.draining else _HEADERS

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if not self._is_ours(host):
            return 421, (
                f"this server is not asked for as {host[:100]!r}, expected an address, localhost "
                "or a name that --allow-host gives"
            )
        if scope["method"] in _READS:
            return None
        origin = headers.get(b"origin")
        foreign = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        if foreign or headers.get(b"sec-fetch-site", "none") not in {"none", "same-origin"}:
            return 403, "a page of another origin may not ask this server"
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name == "localhost" or name in self._hosts or _is_address(name)

    def _count(self, path: str, status: int, seconds: float) -> None:
        kind = _kind(path)
        self._metrics.requests.add(kind=kind, status=status)
        if kind == "predict":
            self._metrics.seconds.observe(seconds)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _kind(path: str) -> str:
    """Return the kind of a path: few values, whatever clients ask for."""
    if path.endswith(":predict") or path == "/ask":
        return "predict"
    if path in {"/healthz", "/readyz", "/metrics"}:
        return path[1:]
    return "models" if path.startswith("/v1/models") else "page"


async def _refuse(send: Send, status: int, message: str) -> None:
    body = json.dumps({"error": message}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        _CLOSE,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
