"""Name and HOME of a user whom this machine knows by number alone, as in many containers.

Java asks the system, never the environment: its home folder is then ``?``, and Hadoop, which logs
in as the system's user, fails.
"""

import os
import pwd
from collections.abc import Mapping
from typing import Any


def has_name() -> bool:
    """Return True if the system knows this process's user by name."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return True


def user_env(environ: Mapping[str, str], home: str) -> dict[str, str]:
    """Return name and HOME of a user without a name; empty for all others.

    Python looks both up in these variables before it asks the system, and Airflow does not start
    without them.

    Args:
        environ: names already given stay.
        home: a folder that the user may write.
    """
    if has_name():
        return {}
    name = environ.get("LOGNAME") or environ.get("USER") or f"user{os.getuid()}"
    return {"LOGNAME": name, "USER": name, "HOME": environ.get("HOME") or home}


def user_options(environ: Mapping[str, str]) -> dict[str, str]:
    """Return properties of a JVM whose user has no name; empty for all others."""
    home = environ.get("HOME")
    return {"user.home": home} if home and not has_name() else {}


def log_in(jvm: Any, environ: Mapping[str, str]) -> None:
    """Log a user without a name in to Hadoop, in a JVM in which nothing has used it yet."""
    if not has_name():
        users = jvm.org.apache.hadoop.security.UserGroupInformation
        users.setLoginUser(users.createRemoteUser(environ.get("USER", f"user{os.getuid()}")))
