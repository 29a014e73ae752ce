"""Debian's PostgreSQL in a folder and on a port of its own, for a cluster without Docker."""

import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import SetupError

_INSTALLED = Path("/usr/lib/postgresql")
_LOOPBACK = "127.0.0.1"


def postgres_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine, or None if there is none."""
    found = [path for path in _INSTALLED.glob("*/bin") if (path / "initdb").is_file()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@dataclass(frozen=True)
class Postgres:
    """One server with one data base.

    Attributes:
        folder: of all its files; another user must be able to enter its parents.
        port: of 127.0.0.1.
        user: owner of the data base.
        password: the user's.
        database: its name.
    """

    folder: Path
    port: int
    user: str
    password: str
    database: str

    def start(self) -> None:
        """Start the server; the first time, make the data base."""
        new = not self._data.exists()
        if new:
            self._create()
        # fsync matters only where the power may fail.
        options = f"-p {self.port} -c listen_addresses={_LOOPBACK} -c fsync=off"
        sockets = "-c unix_socket_directories="
        self._run(
            *("pg_ctl", "start", "-w", "-s", "-D", str(self._data)),
            *("-l", str(self.folder / "log"), "-o", f"{options} {sockets}"),
        )
        if new:
            owner = ("-h", _LOOPBACK, "-p", str(self.port), "-U", self.user)
            self._run("createdb", *owner, self.database)

    def stop(self, how: str = "fast") -> None:
        """Stop the server; ``immediate`` is a crash."""
        self._run("pg_ctl", "stop", "-w", "-s", "-m", how, "-D", str(self._data))

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _create(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        with tempfile.NamedTemporaryFile("w", prefix="postgres-") as password:
            password.write(self.password)
            password.flush()
            if os.geteuid() == 0:
                os.chown(password.name, owner.pw_uid, owner.pw_gid)
            self._run(
                *("initdb", "-D", str(self._data), "-U", self.user, "-A", "scram-sha-256"),
                *(f"--pwfile={password.name}", "-E", "UTF8"),
            )

    def _run(self, program: str, *arguments: str) -> None:
        binaries = postgres_binaries()
        if binaries is None:
            raise SetupError(f"no PostgreSQL in {_INSTALLED}: apt-get install postgresql")
        # PostgreSQL refuses to run as root.
        as_user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
        ran = subprocess.run(
            [*as_user, str(binaries / program), *arguments],
            # Not a pipe, which the server would hold open.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PGPASSWORD": self.password},
            cwd="/",
            check=False,
        )
        if ran.returncode:
            raise SetupError(f"{program} failed with status {ran.returncode}, see {self.folder}")
