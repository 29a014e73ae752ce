"""A real server on loopback, and clients that send their heads slowly, or too much."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from support.waits import wait_until
from tasks.serving.guard import Guard
from tasks.serving.metrics import Metrics
from tasks.serving.request_head import BoundedHeadProtocol
from tasks.serving.server import listen, make_server

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n"


async def count(request: Request) -> PlainTextResponse:
    """Answer with the size of the body."""
    return PlainTextResponse(str(len(await request.body())))


async def answer_early(request: Request) -> PlainTextResponse:
    """Answer without the body."""
    return PlainTextResponse("early")


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """Address of a server that waits for a head for half a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoundedHeadProtocol, "seconds", 0.5)
        routes = [
            Route("/", count, methods=["POST"]),
            Route("/early", answer_early, methods=["POST"]),
        ]
        with listen("127.0.0.1", 0) as listener:
            guard = Guard(Starlette(routes=routes), (), Metrics())
            server = make_server(guard, listener, longest=1)
            thread = threading.Thread(target=server.run, args=([listener],))
            thread.start()
            wait_until(lambda: server.started, 30, "the server", every=0.01)
            yield listener.getsockname()
            server.should_exit = True
            thread.join()


@contextmanager
def connection(address: tuple[str, int]) -> Iterator[socket.socket]:
    # Not how long it takes is tested, but that it ends.
    with socket.create_connection(address, timeout=30) as client:
        yield client


def rest(client: socket.socket) -> bytes:
    """Return all that a server sends until it closes the connection."""
    received = b""
    try:
        while data := client.recv(4096):
            received += data
    except ConnectionResetError:
        pass
    return received


def receive_until(client: socket.socket, end: bytes) -> bytes:
    """Return what a server sends, up to the first time that it ends so."""
    received = b""
    while not received.endswith(end):
        data = client.recv(4096)
        assert data, received
        received += data
    return received


def send_slowly(client: socket.socket, data: bytes) -> None:
    """Send a byte after the other, for far longer than a head may take, or until nobody reads."""
    try:
        for _ in range(100):
            client.sendall(data)
            time.sleep(0.05)
    except OSError:
        return
    pytest.fail("the server reads on")


def test_a_client_that_sends_nothing_is_cut_off(address: tuple[str, int]) -> None:
    with connection(address) as client:
        assert rest(client) == b""


def test_half_a_head_is_told_why(address: tuple[str, int]) -> None:
    with connection(address) as client:
        client.sendall(HEAD[:30])
        head, _, body = rest(client).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"connection: close" in head
    assert json.loads(body) == {"error": "the head took more than 0.5 s"}


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\nX: "])
@pytest.mark.parametrize("byte", [b"\n", b"a"])
def test_a_head_that_never_ends_is_cut_off(
    address: tuple[str, int], start: bytes, byte: bytes
) -> None:
    """The time is not that since the last byte. A line feed before a head is skipped."""
    with connection(address) as client:
        client.sendall(start)
        send_slowly(client, byte)


def test_so_is_one_after_an_answer(address: tuple[str, int]) -> None:
    with connection(address) as client:
        client.sendall(HEAD + b"1234")
        receive_until(client, b"\r\n\r\n4")
        send_slowly(client, b"\n")


def test_so_is_a_body_that_was_answered_before(address: tuple[str, int]) -> None:
    with connection(address) as client:
        client.sendall(HEAD.replace(b"/ ", b"/early ", 1).replace(b": 4", b": 1000"))
        receive_until(client, b"early")
        send_slowly(client, b"a")


def test_a_slow_body_has_the_time_of_a_body(address: tuple[str, int]) -> None:
    with connection(address) as client:
        client.sendall(HEAD)
        time.sleep(0.8)
        client.sendall(b"1234")
        assert client.recv(4096).startswith(b"HTTP/1.1 200 OK")


def test_requests_on_one_connection(address: tuple[str, int]) -> None:
    large = HEAD.replace(b": 4", b": 500000") + bytes(500_000)
    with connection(address) as client:
        for _ in range(3):
            client.sendall(large + HEAD + b"1234")
            received = receive_until(client, b"\r\n\r\n4")
            assert b"\r\n\r\n500000HTTP/1.1 200 OK" in received


def test_a_head_that_is_too_large(address: tuple[str, int]) -> None:
    with connection(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: ")
        sent = threading.Thread(target=lambda: send_all(client))
        sent.start()
        answer = rest(client)
        sent.join()
    # A reset connection may lose the answer.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


def send_all(client: socket.socket) -> None:
    try:
        for _ in range(1000):
            client.sendall(b"a" * 2**16)
    except OSError:
        return
    pytest.fail("the server reads on")
