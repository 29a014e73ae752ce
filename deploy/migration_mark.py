"""Mark of a migrated data base of Airflow's: it spares a migration that would change nothing.

Such a migration takes seconds, for Airflow imports all of itself.
"""

import hashlib
import importlib.metadata
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tasks.storage.local_files import storage_errors, write_text
from tasks.storage.paths import Home

_MARK = "migrated"
# Also with _CMD or _SECRET at its end.
_CONNECTION = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def is_migrated(home: Home, environ: Mapping[str, str] | None = None) -> bool:
    """Return whether the data base is as the last migration of this Airflow left it.

    Args:
        home: the data base is in its folder ``airflow``.
        environ: variables; one that names another data base makes the answer no.
    """
    found = _state(home, os.environ if environ is None else environ)
    mark = home.airflow / _MARK
    with storage_errors(mark):
        return found is not None and mark.is_file() and mark.read_text() == found


def mark_migrated(home: Home, environ: Mapping[str, str] | None = None) -> None:
    """Keep that the data base was migrated just now."""
    found = _state(home, os.environ if environ is None else environ)
    if found is not None:
        write_text(home.airflow / _MARK, found)


def _state(home: Home, environ: Mapping[str, str]) -> str | None:
    """Return versions of Airflow and of the tables; None where the data base is another one."""
    if any(name.startswith(_CONNECTION) for name in environ):
        return None
    tables = _version_of_tables(home.airflow / "airflow.db")
    if tables is None:
        return None
    settings = home.airflow / "airflow.cfg"
    digest = hashlib.sha256(settings.read_bytes() if settings.is_file() else b"").hexdigest()
    return f"{importlib.metadata.version('apache-airflow')} {tables} {digest}\n"


def _version_of_tables(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
            found = base.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error:
        return None
    return " ".join(sorted(str(number) for (number,) in found))
