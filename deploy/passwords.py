"""Writes the passwords of Airflow's users to the file that its simple auth manager reads.

Without the file, Airflow would invent passwords and print them into its log.
``scripts/entrypoint.sh`` runs this module where ``GRAFT_PASSWORDS`` is set.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tasks.errors import GraftError, SetupError
from tasks.storage.local_files import storage_errors

PASSWORDS = "GRAFT_PASSWORDS"
USERS = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"
FILE = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"


def write_passwords(environ: Mapping[str, str]) -> Path:
    """Write the passwords to Airflow's file, which only its owner can read, and return the file.

    Raises:
        SetupError: the passwords cannot be read, or do not fit the users.
        StorageError: the file cannot be written.
    """
    if not environ.get(FILE):
        raise SetupError(f"{FILE} is not set, expected the file to write {PASSWORDS} into")
    passwords = _read(environ.get(PASSWORDS, ""))
    for user in environ.get(USERS, "admin:admin").split(","):
        name = user.split(":")[0].strip()
        if not passwords.get(name):
            raise SetupError(f"{PASSWORDS} has no password for {name!r}, who is one of {USERS}")
    path = Path(environ[FILE])
    save(path, passwords)
    return path


def save(path: Path, passwords: Mapping[str, str]) -> None:
    """Write passwords by user name to a file that only its owner can read.

    Raises:
        StorageError: it cannot be written.
    """
    with storage_errors(path):
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(dict(passwords), file)


def _read(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        # Not the text itself: these are passwords.
        raise SetupError(f'{PASSWORDS} is no JSON object of strings, expected {{"name": "word"}}')
    return found


def main() -> int:
    """Write the file; if that fails, say why in one line and return 1."""
    try:
        write_passwords(os.environ)
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
