"""AIRFLOW_HOME that only its owner may read: its data base has connections and params of runs."""

from pathlib import Path

from tasks.storage.local_files import storage_errors

_DATABASE = "airflow.db"


def make_private(folder: Path) -> None:
    """Create an AIRFLOW_HOME, or close an open one, and its SQLite data base, to other users.

    SQLite gives its journals the mode of the data base.

    Raises:
        StorageError: the folder cannot be written, or belongs to another user.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        # Airflow takes an empty file for a new data base.
        database = folder / _DATABASE
        database.touch(mode=0o600)
        database.chmod(0o600)
