"""Airflow connections with the credentials of the data set's and the checkpoint's source."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from graft_airflow.run import Run
from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.errors import SetupError
from tasks.storage.redaction import redact

_EXAMPLE = '{"conn_type": "http", "host": "example.org", "login": "me", "password": "..."}'
_PORTS = {"http": 80, "https": 443}
# Names of login and password in the options of fsspec's file systems.
_OPTIONS = {
    "s3": ("key", "secret"),
    "s3a": ("key", "secret"),
    "abfs": ("account_name", "account_key"),
    "abfss": ("account_name", "account_key"),
    "az": ("account_name", "account_key"),
}
_USUAL_OPTIONS = ("username", "password")


def source_credentials(run: Run, conn_id: str | None, url: str) -> Credentials:
    """Return the credentials for a source, or none if the run names no connection for it.

    They are for the connection's host alone, so that nobody who may trigger a run can send them to
    another one.

    Args:
        run: a run of the bundled sample needs none.
        conn_id: name of the Airflow connection.
        url: the source's.

    Raises:
        SetupError: the connection is not set, is malformed, or belongs to another host.
    """
    if conn_id is None or run.params.source == "sample":
        return NO_CREDENTIALS
    connection = _require_connection(conn_id)
    try:
        parts = urlsplit(url)
        _require_source(conn_id, connection, parts, redact(url))
    except ValueError:
        raise SetupError(f"{redact(url)} is malformed, expected scheme://host/path") from None
    extra = _require_extra(conn_id, connection)
    login, password = connection.login or "", connection.password or ""
    if parts.scheme in _PORTS:
        return Credentials(login, password, headers=_require_headers(conn_id, extra))
    names = _OPTIONS.get(parts.scheme, _USUAL_OPTIONS)
    given = {name: value for name, value in zip(names, (login, password), strict=True) if value}
    return Credentials(storage_options={**given, **extra})


def _require_connection(conn_id: str) -> Any:
    # Airflow tells a malformed variable from one that is not set only in its own log.
    try:
        return BaseHook.get_connection(conn_id)
    except AirflowException:
        raise SetupError(
            f"the Airflow connection {conn_id!r} is not set, or malformed. Add it under Admin, "
            f"Connections, or export AIRFLOW_CONN_{conn_id.upper()}='{_EXAMPLE}'"
        ) from None


def _require_source(conn_id: str, connection: Any, parts: SplitResult, shown_url: str) -> None:
    """Check that a connection belongs to the scheme, host and port of a URL."""
    about = f"the Airflow connection {conn_id!r}"
    if not connection.host:
        raise SetupError(f"{about} has no host, expected that of {shown_url}")
    if connection.host.lower() != (parts.hostname or "").lower():
        raise SetupError(
            f"{about} belongs to the host {connection.host!r}, expected that of {shown_url}"
        )
    scheme = connection.schema or ("https" if parts.scheme == "http" else parts.scheme)
    if scheme != parts.scheme:
        raise SetupError(
            f"{about} belongs to {scheme} URLs, expected the scheme of {shown_url}: "
            "its field Schema names one, and unencrypted http only if it says so"
        )
    usual = _PORTS.get(parts.scheme)
    if (connection.port or usual) != (parts.port or usual):
        raise SetupError(f"{about} belongs to another port than {shown_url}: see its field Port")


def _require_extra(conn_id: str, connection: Any) -> dict[str, Any]:
    try:
        extra = json.loads(connection.extra or "{}")
    except ValueError:
        extra = None
    if not isinstance(extra, dict):
        raise SetupError(
            f"the extra of the Airflow connection {conn_id!r} is no JSON object, expected headers "
            "for http(s), or options of fsspec's file system"
        )
    return extra


def _require_headers(conn_id: str, extra: Mapping[str, Any]) -> dict[str, str]:
    """Return the extra as headers; leave out the values in messages: they are secret."""
    for name, value in extra.items():
        named = name.replace("-", "").isalnum() and name.isascii()
        if not (named and isinstance(value, str) and value.isascii() and value.isprintable()):
            raise SetupError(
                f"the extra of the Airflow connection {conn_id!r} has {name!r}, expected names of "
                "HTTP headers with values of printable ASCII"
            )
    return {name: value.strip() for name, value in extra.items()}
