"""Settings of the Airflow of ``graft ui``: reachable from this machine alone, with one user."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy import passwords
from deploy.connection import SPARK_CONNECTION, spark_master
from deploy.environment import whole_environment
from deploy.private_home import make_private
from tasks.errors import SetupError
from tasks.spark.settings import LOOPBACK, network_env
from tasks.storage.paths import Home

USER = "admin"
_FILE = "passwords.json"
# This Airflow speaks http and has its own airflow.cfg, even where Graft's environment names others.
_DROPPED = ("AIRFLOW_CONFIG", "AIRFLOW__API__SSL_CERT", "AIRFLOW__API__SSL_KEY")
_ONE_USER = {
    "AIRFLOW__CORE__AUTH_MANAGER": (
        "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
    ),
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
    passwords.USERS: f"{USER}:admin",
}
_ONE_MACHINE = {
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    # Processes at once: a run never has more steps to do at a time.
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
    # Seconds until steps go on whose scheduler was killed; 300 by default.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
    # Seconds until a new file is found and a changed DAG is shown; 300 and 30 by default.
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "5",
}


def ui_environment(port: int, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of every part of Airflow.

    It holds no secrets: Airflow generates them in ``airflow.cfg`` when it creates its data base.

    Args:
        port: where the api-server listens.
        environ: the user's environment.

    Raises:
        SetupError: the user's Spark connection names no master.
    """
    current = os.environ if environ is None else environ
    given = whole_environment(current)
    for name in _DROPPED:
        given.pop(name, None)
    return {
        **given,
        **network_env(spark_master(given[SPARK_CONNECTION])),
        **_proxies(given),
        **_files(Home.from_environ(given).ui),
        **_addresses(port),
        **_ONE_USER,
        **_ONE_MACHINE,
    }


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the hosts that no proxy leads to: one for the internet cannot reach our 127.0.0.1."""
    return {
        name: ",".join(filter(None, [environ.get(name, ""), LOOPBACK]))
        for name in ("no_proxy", "NO_PROXY")
    }


def _files(folder: Path) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
        passwords.FILE: str(folder / _FILE),
    }


def _addresses(port: int) -> dict[str, str]:
    return {
        "AIRFLOW__API__HOST": LOOPBACK,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://{LOOPBACK}:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{LOOPBACK}:{port}/execution/",
    }


def password(home: Home) -> str:
    """Return the password of ``USER``, generated once and kept in a file only its owner can read.

    Raises:
        SetupError: the file with it cannot be read.
        StorageError: the file cannot be written.
    """
    path = home.ui / _FILE
    make_private(path.parent)
    if not path.exists():
        passwords.save(path, {USER: secrets.token_urlsafe(12)})
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))[USER])
    except (OSError, ValueError, TypeError, KeyError):
        raise SetupError(f"{path} has no password for {USER!r}: remove it for a new one") from None
