import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.load import Load, Target, put_load
from support.network import LOOPBACK, free_port


class Posts(BaseHTTPRequestHandler):
    """Answers every second POST, and closes the connection in the middle of the others."""

    protocol_version = "HTTP/1.1"
    asked = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        Posts.asked += 1
        whole = Posts.asked % 2 == 1
        self.close_connection = not whole
        self.send_response(200)
        self.send_header("Content-Length", "2" if whole else "9")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def target() -> Iterator[Target]:
    with ThreadingHTTPServer((LOOPBACK, 0), Posts) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Target(LOOPBACK, server.server_port, "/x", [b"a", b"bc"])
        server.shutdown()
        thread.join()


def test_answers_and_lost_requests_are_counted(target: Target) -> None:
    seen = put_load(target, 1, stop=threading.Event(), seconds=0.5, keep=True)
    assert seen.answers.keys() == {b"ok"}
    assert abs(seen.statuses[200] - seen.lost) <= 1
    assert seen.lost > 0
    assert seen.rate > 0


def test_a_server_that_is_gone_ends_the_load() -> None:
    gone = Target(LOOPBACK, free_port(), "/x", [b"a"])
    seen = put_load(gone, 2, stop=threading.Event(), seconds=60)
    assert (seen.seconds, seen.lost) == ([], 0)


def test_quantiles() -> None:
    assert Load(seconds=[float(n) for n in range(101)]).quantile(99) == 99
