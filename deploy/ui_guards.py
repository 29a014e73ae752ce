"""Keeps two of ``graft ui`` off the same data base and the same port."""

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
    """Return if the api-server can have a port of 127.0.0.1.

    Raises:
        SetupError: it cannot, for a reason that is in the message.
    """
    with socket.socket() as probe:
        # As the api-server does: connections that were closed a moment ago do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise SetupError(
                f"port {port} of {LOOPBACK} cannot be had ({os.strerror(error.errno or 0)}): "
                "graft ui --port 8081 (make ui PORT=8081), or any other that is free"
            ) from None
