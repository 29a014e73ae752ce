"""Program that tries what a user set for Airflow: lineage and the connection to a mail server.

``graft doctor`` starts it, because no module of deploy imports Airflow. The last line of its output
says what was found; its status is 1 if that is wrong, and 3 if something does not answer.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tasks.errors import NetworkError
from tasks.storage.redaction import redact, redact_text

LINEAGE, MAIL = "lineage", "mail"
AWAY = 3
_SECONDS = 5
_PORTS = {"http": 80, "https": 443}


def main(argv: Sequence[str]) -> int:
    """Try what the arguments name: ``lineage``, or ``mail`` and a connection."""
    output = sys.stdout
    try:
        # Airflow and its providers print there.
        with contextlib.redirect_stdout(sys.stderr):
            said = check_lineage() if argv[0] == LINEAGE else check_mail(argv[1])
        status = 0
    except NetworkError as error:
        said, status = str(error), AWAY
    except Exception as error:
        said, status = redact_text(str(error) or type(error).__name__), 1
    output.write(f"{' '.join(said.split())}\n")
    return status


def check_lineage() -> str:
    """Return where the events of runs go; an empty text if nobody turned them on.

    Raises:
        NetworkError: the place cannot be reached.
        Exception: the settings are wrong.
    """
    from airflow.providers.openlineage import conf
    from airflow.providers.openlineage.plugins.adapter import OpenLineageAdapter

    if conf.is_disabled():
        return ""
    return _check_transport(OpenLineageAdapter().get_or_create_openlineage_client().transport)


def check_mail(conn_id: str) -> str:
    """Return the mail server of a connection, after logging in as a notice does.

    Raises:
        NetworkError: the server does not take the connection.
        Exception: there is no such connection.
    """
    from airflow.providers.smtp.hooks.smtp import SmtpHook
    from airflow.sdk import BaseHook

    connection = BaseHook.get_connection(conn_id)
    server = f"{connection.host}:{connection.port}" if connection.port else str(connection.host)
    try:
        with SmtpHook(smtp_conn_id=conn_id):
            return server
    except Exception as error:
        raise NetworkError(f"{server} does not answer as it should ({error})") from None


def _check_transport(transport: Any) -> str:
    """Return where a transport of OpenLineage's client sends events."""
    if transport.kind in ("http", "async_http"):
        return _check_url(transport.url)
    if transport.kind == "file":
        return _check_file(transport.config.log_file_path)
    if transport.kind == "console":
        return "the tasks' logs"
    if transport.kind == "composite":
        return ", ".join(_check_transport(each) for each in transport.transports)
    return str(transport.kind)


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    shown = redact(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
        socket.create_connection((parts.hostname or "", port), _SECONDS).close()
    except OSError as error:
        raise NetworkError(f"{shown} cannot be reached ({error.strerror or error})") from None
    return shown


def _check_file(name: str) -> str:
    if "://" in name:
        return redact(name)
    folder = Path(name).absolute().parent
    if not os.access(folder, os.W_OK):
        raise NetworkError(
            f"{name} cannot be written: {folder} is no folder that this user may write"
        )
    return name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
