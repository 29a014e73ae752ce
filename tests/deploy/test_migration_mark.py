import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from deploy.migration_mark import is_migrated, mark_migrated
from tasks.storage.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a data base and its mark."""
    home = Home(tmp_path)
    home.airflow.mkdir(parents=True)
    (home.airflow / "airflow.cfg").write_text("[database]\n")
    write_tables(home, "d2f4")
    mark_migrated(home, {})
    return home


def write_tables(home: Home, version: str) -> None:
    """Write a data base of a version."""
    path = home.airflow / "airflow.db"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE alembic_version (version_num TEXT)")
        base.execute("INSERT INTO alembic_version VALUES (?)", [version])


def test_a_marked_data_base(home: Home) -> None:
    assert is_migrated(home, {})


def test_no_mark(home: Home) -> None:
    (home.airflow / "migrated").unlink()
    assert not is_migrated(home, {})


def test_a_data_base_of_another_version(home: Home) -> None:
    write_tables(home, "a1b2")
    assert not is_migrated(home, {})


@pytest.mark.parametrize("spoil", ["gone", "empty", "no data base"])
def test_a_data_base_that_cannot_be_read(home: Home, spoil: str) -> None:
    path = home.airflow / "airflow.db"
    path.unlink()
    if spoil != "gone":
        path.write_bytes(b"" if spoil == "empty" else b"no data base" * 100)
    assert not is_migrated(home, {})
    mark_migrated(home, {})
    assert not is_migrated(home, {})


def test_another_version_of_airflow(home: Home) -> None:
    mark = home.airflow / "migrated"
    mark.write_text(f"1{mark.read_text()}")
    assert not is_migrated(home, {})


def test_other_settings_may_name_another_data_base(home: Home) -> None:
    (home.airflow / "airflow.cfg").write_text("[database]\nsql_alchemy_conn = postgresql:///a\n")
    assert not is_migrated(home, {})


@pytest.mark.parametrize("end", ["", "_CMD", "_SECRET"])
def test_a_variable_may_name_another_data_base(home: Home, end: str) -> None:
    assert not is_migrated(home, {f"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN{end}": "x"})
