"""Prevents two of ``graft ui`` on the same data base or port."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from deploy.ui_settings import LOOPBACK
from tasks.errors import SetupError
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import Home


@contextmanager
def only_one(home: Home) -> Iterator[None]:
    """Hold the lock of a home's data base.

    Raises:
        SetupError: another process holds it.
    """
    path = home.ui / ".lock"
    lock = FileLock(path)
    try:
        with storage_errors(path):
            lock.acquire(timeout=0)
    except Timeout:
        raise SetupError(
            f"another graft ui runs on {home.root}: stop that one, or give this one another "
            "GRAFT_HOME and port"
        ) from None
    try:
        yield
    finally:
        lock.release()


def check_port(port: int) -> None:
    """Check that the api-server can listen on a port of 127.0.0.1.

    Raises:
        SetupError: it cannot; the message says why.
    """
    with socket.socket() as probe:
        # As the api-server does: connections that were just closed do not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise SetupError(
                f"port {port} of {LOOPBACK} is not available ({os.strerror(error.errno or 0)}): "
                "graft ui --port 8081 (make ui PORT=8081) or any other free port"
            ) from None
