import asyncio
import logging
import socket

import pytest

from tasks.errors import SetupError
from tasks.serving.guard import Guard
from tasks.serving.metrics import Metrics
from tasks.serving.server import DrainingServer, listen


def test_listens_on_a_free_port() -> None:
    with listen("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        assert port > 0


def test_answers_are_not_held_back() -> None:
    """With Nagle's algorithm on, each answer of a kept connection waits 40 ms."""

    async def accepted() -> int:
        taken: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        with listen("127.0.0.1", 0) as listener:
            server = await asyncio.start_server(lambda _, writer: taken.put(writer), sock=listener)
            async with server:
                _, asking = await asyncio.open_connection(*listener.getsockname())
                answering = await taken.get()
                found: int = answering.get_extra_info("socket").getsockopt(
                    socket.IPPROTO_TCP, socket.TCP_NODELAY
                )
                asking.close()
                answering.close()
                return found

    assert asyncio.run(accepted())


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SetupError) as error:
            listen("127.0.0.1", port)
    assert str(error.value) == (
        f"127.0.0.1 port {port} cannot be used: Address already in use; give another --port or "
        "--host"
    )


def test_an_address_of_another_machine() -> None:
    with pytest.raises(SetupError, match=r"192\.0\.2\.1 port 80 cannot be used: Cannot assign"):
        listen("192.0.2.1", 80)


def test_a_second_signal_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from uvicorn.config import Config

    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "disabled", False)
    guard = Guard(lambda *_: None, (), Metrics())  # type: ignore[arg-type]  # not called
    guard.draining = True
    with listen("127.0.0.1", 0) as listener:
        server = DrainingServer(Config(guard), guard, listener)
        server.handle_exit(15, None)
    assert server.should_exit
    assert server.force_exit
