"""Moves the clock of every Python process that has this folder on its path, SQLite's included."""

import datetime
import os
import sqlite3
from collections.abc import Callable
from typing import Any

_connect: Callable[..., sqlite3.Connection] = sqlite3.dbapi2.connect


def _connect_ahead(*arguments: Any, **named: Any) -> sqlite3.Connection:
    """Open a data base that asks Python for the time, as Airflow's scheduler asks it."""
    connection = _connect(*arguments, **named)
    connection.create_function("current_timestamp", 0, _now)
    return connection


def _now() -> str:
    return f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M:%S}"


if seconds := os.environ.get("GRAFT_TEST_SECONDS_AHEAD"):
    import time_machine

    ahead = datetime.timedelta(seconds=float(seconds))
    time_machine.travel(datetime.datetime.now(datetime.UTC) + ahead, tick=True).start()
    for module in (sqlite3, sqlite3.dbapi2):
        vars(module)["connect"] = _connect_ahead
