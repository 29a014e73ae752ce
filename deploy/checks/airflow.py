"""Checks of what only Airflow can try: lineage and mails. Runs succeed without either."""

import configparser
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tasks.errors import NetworkError, SetupError
from tasks.params.notices import NOTIFY, notices
from tasks.storage.paths import CHECKOUT, Home

_PROGRAM = "graft_airflow.settings_check"
LINEAGE, MAIL = "lineage", "mail"
#: Status of the program where something does not answer.
AWAY = 3
_SECTION = "openlineage"
# Of the variables that say where events go; the others do not turn them on.
_PREFIXES = (
    "OPENLINEAGE_URL",
    "OPENLINEAGE_CONFIG",
    "OPENLINEAGE__TRANSPORT",
    "AIRFLOW__OPENLINEAGE__",
)
# Airflow writes the defaults of all others into its file.
_TURN_ON = ("transport", "config_path", "config_conn_id")
_OFF = "off; docs/lineage.md says how runs tell a lineage tool what they read and write"
# Airflow would look for connections in its data base from a server's process only.
_SERVER = {"_AIRFLOW_PROCESS_CONTEXT": "server"}


def check_lineage(environ: Mapping[str, str]) -> str:
    """Return where the events of runs for lineage tools go.

    Raises:
        SetupError: the settings are wrong.
        NetworkError: the place cannot be reached.
    """
    # Airflow takes seconds to start.
    named = any(value and name.startswith(_PREFIXES) for name, value in environ.items())
    if not (named or _in_file(environ)):
        return _OFF
    status, said = _ask(environ, LINEAGE)
    if status == AWAY:
        raise NetworkError(f"{said}: runs succeed without it, but their events are lost")
    if status:
        raise SetupError(f"Airflow's section openlineage is wrong: {said}")
    return f"on, events of runs go to {said}" if said else _OFF


def check_notices(environ: Mapping[str, str]) -> str:
    """Return who gets mails about what, and over which server.

    Raises:
        ParamsError: a setting is wrong.
        NetworkError: there is no such connection, or the server does not take it.
    """
    wanted = notices(environ)
    if wanted is None:
        return f"{NOTIFY} is not set: no mails are sent"
    status, said = _ask(environ, MAIL, wanted.conn_id)
    if status:
        raise NetworkError(
            f"no mails reach {', '.join(wanted.addresses)}, runs succeed without them: {said}; "
            f"the Airflow connection is {wanted.conn_id}, see docs/airflow.md"
        )
    return f"mails to {', '.join(wanted.addresses)} about {', '.join(wanted.events)}, over {said}"


def _in_file(environ: Mapping[str, str]) -> bool:
    """Say whether Airflow's own configuration file may turn lineage on."""
    home = environ.get("AIRFLOW_HOME") or str(Home.from_environ(environ).airflow)
    file = Path(environ.get("AIRFLOW_CONFIG") or Path(home) / "airflow.cfg")
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        settings.read(file, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return True
    return any(settings.get(_SECTION, name, fallback="") for name in _TURN_ON)


def _ask(environ: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Return the program's status and what it says."""
    path = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "plugins")])
    ran = subprocess.run(
        [sys.executable, "-m", _PROGRAM, *arguments],
        env={**environ, **_SERVER, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        errors="replace",
        check=False,
    )
    lines = ran.stdout.splitlines() or [f"Airflow ended with status {ran.returncode}"]
    return ran.returncode, lines[-1]
