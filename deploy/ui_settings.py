"""Settings of the Airflow of ``graft ui``: reachable from this machine alone, with one user."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy import passwords
from deploy.connection import SPARK_CONNECTION, spark_master
from deploy.environment import environment
from tasks.errors import SetupError
from tasks.spark.settings import is_local
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import Home

LOOPBACK = "127.0.0.1"
USER = "admin"
_FILE = "passwords.json"
# Settings of another installation, whose airflow.cfg and certificate do not fit this one.
_OF_OTHERS = ("AIRFLOW_CONFIG", "AIRFLOW__API__SSL_CERT", "AIRFLOW__API__SSL_KEY")
# Makes a local Spark driver and its page listen on 127.0.0.1 only.
_LOCAL_SPARK = {"SPARK_LOCAL_IP": LOOPBACK, "SPARK_LOCAL_HOSTNAME": "localhost"}
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
    # Airflow's default asks a name server.
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
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
    given = {**current, **environment(current)}
    for name in _OF_OTHERS:
        given.pop(name, None)
    is_this_machine = is_local(spark_master(given[SPARK_CONNECTION]))
    return {
        **given,
        **(_LOCAL_SPARK if is_this_machine else {}),
        **_proxies(current),
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
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Nobody else may read Airflow's data base and logs either.
        path.parent.chmod(0o700)
    if not path.exists():
        passwords.save(path, {USER: secrets.token_urlsafe(12)})
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))[USER])
    except (OSError, ValueError, TypeError, KeyError):
        raise SetupError(f"{path} has no password for {USER!r}: remove it for a new one") from None
