"""Variables in the user's environment that were set for other programs than Graft's."""

import os
import re
from collections.abc import Mapping

#: Set by ``scripts/entrypoint.sh``: everything in this environment was set for Graft.
OWN = "GRAFT_ENVIRONMENT_IS_OWN"
#: Modules for Graft's Airflow, as in PYTHONPATH.
PYTHON_PATH = "GRAFT_PYTHONPATH"
#: ``GRAFT_AIRFLOW__SECTION__KEY`` is ``AIRFLOW__SECTION__KEY`` of Graft's Airflow.
AIRFLOW_PREFIX = "GRAFT_AIRFLOW__"

# Names, by the program that reads them. What is kept describes this machine, its user, or how
# Python writes its files.
_NAMES = {
    "Airflow": r"AIRFLOW__\w+|AIRFLOW_CONFIG|AIRFLOW_HOME",
    "Spark": r"(?:PY|_)?SPARK_(?!LOCAL_IP$|LOCAL_HOSTNAME$|LOCAL_DIRS$|PUBLIC_DNS$|USER$)\w+",
    "Java": r"_JAVA_OPTIONS|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH",
    "Python": r"PYTHON(?!UNBUFFERED$|DONTWRITEBYTECODE$|PYCACHEPREFIX$|HASHSEED$|UTF8$)\w+",
}
_INSTEAD = {
    "Airflow": f"for Graft's Airflow set {AIRFLOW_PREFIX}SECTION__KEY",
    "Spark": "Spark's settings belong into conf of the connection's extra",
    "Java": "Java's options belong into spark.driver.defaultJavaOptions, a setting of Spark",
    "Python": f"folders of modules for Graft's Airflow belong into {PYTHON_PATH}",
    "proxy": "downloads go through http proxies only: set HTTP_PROXY and HTTPS_PROXY",
}
_PROXIES = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY")
_NO_PROXY = "NO_PROXY"


def without_foreign(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what was set for other programs, or would break ours."""
    if environ.get(OWN):
        return dict(environ)
    kept = {name: value for name, value in environ.items() if not _kind(name, value)}
    for name in (_NO_PROXY, _NO_PROXY.lower()):
        if name in kept:
            kept[name] = _without_brackets(kept[name])
    return kept


def unused(environ: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """Return what to say about variables that Graft does not use, by kind of program.

    Args:
        environ: the user's environment.
        ours: the environment of Graft's processes.
    """
    found: dict[str, list[str]] = {}
    for name, value in sorted(environ.items()):
        kind = _kind(name, value)
        if kind and ours.get(name) != value:
            found.setdefault(kind, []).append(name)
    # Not the values: some are passwords.
    return {kind: f"{', '.join(names)} not used: {_INSTEAD[kind]}" for kind, names in found.items()}


def airflow_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of Airflow that the user made for Graft's."""
    return {
        name.removeprefix("GRAFT_"): value
        for name, value in environ.items()
        if name.startswith(AIRFLOW_PREFIX)
    }


def python_path(environ: Mapping[str, str]) -> list[str]:
    """Return the folders of modules that the user named for Graft."""
    name = "PYTHONPATH" if environ.get(OWN) else PYTHON_PATH
    return [folder for folder in environ.get(name, "").split(os.pathsep) if folder]


def _kind(name: str, value: str) -> str | None:
    # requests and httpx fail on these at every address unless another package is installed.
    if name.upper() in _PROXIES and value.lower().startswith("socks"):
        return "proxy"
    return next((kind for kind, names in _NAMES.items() if re.fullmatch(names, name)), None)


def _without_brackets(hosts: str) -> str:
    """Return NO_PROXY with IPv6 addresses as requests and httpx read them.

    >>> _without_brackets("localhost, [::1]")
    'localhost,::1'
    """
    return ",".join(host.strip().strip("[]") for host in hosts.split(","))
