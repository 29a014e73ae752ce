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
