"""Airflow's Spark connection: its variable, the local default, and the master it names."""

import json
from urllib.parse import unquote, urlsplit

from tasks.errors import SetupError

SPARK_CONNECTION = "AIRFLOW_CONN_SPARK_DEFAULT"


LOCAL_SPARK = json.dumps({"conn_type": "spark", "host": "local[*]"})


USE_LOCAL = f"for this machine: export {SPARK_CONNECTION}='{LOCAL_SPARK}'"


def spark_master(connection: str) -> str:
    """Return the master URL that Spark's provider takes from an Airflow connection, JSON or URI.

    Raises:
        SetupError: there is none in it.
    """
    try:
        kind, host, port = _parts(connection)
    except ValueError as error:
        raise SetupError(
            # Not the connection itself: it may hold a password.
            f"{SPARK_CONNECTION} is no connection, expected JSON or a URI: {error}; {USE_LOCAL}"
        ) from None
    if not host:
        raise SetupError(f"{SPARK_CONNECTION} names no host; {USE_LOCAL}")
    whole = kind == "spark" and ("://" in host or not port)
    master = host if whole else f"{kind}://{host}"
    return f"{master}:{port}" if port else master


def _parts(connection: str) -> tuple[str, str, int | None]:
    """Return type, host and port of a connection as Airflow reads them."""
    if connection.lstrip().startswith("{"):
        fields = json.loads(connection)
        port = fields.get("port")
        return str(fields.get("conn_type")), str(fields.get("host") or ""), int(port or 0) or None
    kind, _, rest = connection.partition("://")
    parts = urlsplit(rest if "://" in rest else f"//{rest}")
    host = unquote(parts.hostname or "")
    return kind, f"{parts.scheme}://{host}" if parts.scheme and host else host, parts.port
