import socket
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from deploy.ui_guards import check_port, only_one
from tasks.errors import SetupError
from tasks.storage.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.ui.mkdir()
    return home


def test_a_second_one_is_refused_while_the_first_one_runs(home: Home) -> None:
    with only_one(home):
        with pytest.raises(Timeout):
            FileLock(home.ui / ".lock").acquire(timeout=0)
        with (
            pytest.raises(SetupError, match=r"^another graft ui runs on .*: stop that one, or"),
            only_one(home),
        ):
            pytest.fail("two at once")
    with only_one(home):
        pass


def test_a_port_that_is_free() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    check_port(port)


def test_a_port_in_use() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SetupError, match=rf"^port {port} of 127\.0\.0\.1 is not available \(A"):
            check_port(port)
