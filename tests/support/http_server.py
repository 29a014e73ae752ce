"""HTTP servers on the loopback interface: one that serves a folder, one that fails as told."""

import functools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

from support.network import LOOPBACK

CONTENT = bytes(range(256)) * 4096
OTHER = CONTENT[::-1]

Answer = Callable[["Handler"], None]


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve the files of a folder; yield the server's URL."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    """Serves ``server.content`` well, unless ``server.script`` has an answer for this request."""

    protocol_version = "HTTP/1.1"
    server: "ScriptedServer"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        if self.server.script:
            self.close_connection = True
            self.server.script.popleft()(self)
        else:
            self.serve()

    def serve(self, *, drop_at: int | None = None, length: int | None = None) -> None:
        content, etag = self.server.content, self.server.etag
        if etag and self.headers.get("If-None-Match") == etag:
            self.answer(304)
            return
        start = 0
        if self.headers.get("Range") and self.headers.get("If-Range") == etag:
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        body = content[start:]
        headers = {"Content-Length": str(len(body) if length is None else length)}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.answer(206 if start else 200, headers | self.server.extra, body[:drop_at])

    def answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        for name, value in (headers or {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


class ScriptedServer(ThreadingHTTPServer):
    """Serves one file, and answers the next requests as its script says.

    Attributes:
        content: the file.
        etag: its ETag; none is sent if it is empty.
        extra: more headers of every good answer.
        requests: path and headers of every request so far.
        script: answers to the next requests, in order.
        stopped: set when the server ends, for answers that wait.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), Handler)
        self.content = CONTENT
        self.etag = '"v1"'
        self.extra: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.script: deque[Answer] = deque()
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}/data/flowers.tar.gz"

    @property
    def ranges(self) -> list[str | None]:
        """The ``Range`` of every request so far."""
        return [headers.get("Range") for _, headers in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: some tests are about clients that hang up."""

    def start(self) -> None:
        # The default poll of 0.5 s is what shutdown() waits for.
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        if not self.stopped.is_set():
            self.stopped.set()
            self.shutdown()
            self.server_close()


def drop(at: int) -> Answer:
    """Return an answer that breaks off after ``at`` bytes."""
    return lambda handler: handler.serve(drop_at=at)


def status(code: int, **headers: str) -> Answer:
    """Return an answer without a body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer(code, {"Content-Length": "0"} | named)


def stall(at: int) -> Answer:
    """Return an answer that sends ``at`` bytes and then nothing more."""

    def answer(handler: Handler) -> None:
        handler.serve(drop_at=at)
        handler.wfile.flush()
        handler.server.stopped.wait()

    return answer


def say_nothing(handler: Handler) -> None:
    """Answer nothing at all."""
    handler.server.stopped.wait()


def chunked(body: bytes) -> Answer:
    """Return an answer of unknown length; ``body`` holds the chunks as they are sent."""
    return lambda handler: handler.answer(200, {"Transfer-Encoding": "chunked"}, body)


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """Run a server that no proxy stands before."""
    with patch.dict(os.environ, {"NO_PROXY": LOOPBACK}):
        server = ScriptedServer()
        server.start()
        try:
            yield server
        finally:
            server.stop()
