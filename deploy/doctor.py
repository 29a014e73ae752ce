"""Checks that this machine can run Graft: a finding for everything, ok or what to do."""

import importlib.metadata
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deploy.checks import settings, software
from deploy.checks.airflow import check_lineage, check_notices
from deploy.checks.artifacts import check_artifacts
from deploy.checks.registry import check_registry
from deploy.checks.tracking import check_tracking
from tasks.errors import GraftError, TransientError
from tasks.params.notices import NOTIFY
from tasks.storage.paths import Home

# What runs do without while it is away.
_OPTIONAL = ("MLflow", "lineage", NOTIFY)


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        name: of the thing that was checked.
        ok: whether it will do.
        text: what was found, or what to do.
        needed: whether no run can start before it is mended.
    """

    name: str
    ok: bool
    text: str
    needed: bool = True

    def line(self) -> str:
        """Return the finding as one line."""
        return f"{'ok ' if self.ok else 'FIX'} {self.name}: {self.text}"


def examine(environ: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Yield a finding for everything that a run needs."""
    checks = _checks(os.environ if environ is None else environ)
    # Some wait for a program or a server meanwhile.
    with ThreadPoolExecutor() as pool:
        yield from pool.map(_find, checks.keys(), checks.values())


def _find(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except (GraftError, importlib.metadata.PackageNotFoundError) as error:
        away = name in _OPTIONAL and isinstance(error, TransientError)
        return Finding(name, False, str(error), needed=not away)


def unused_variables(said: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for every kind of variable that Graft does not use.

    Args:
        said: what to say about each, from ``set_environment``.
    """
    for kind, text in said.items():
        yield Finding(f"{kind} variables", True, text)


def _checks(environ: Mapping[str, str]) -> dict[str, Callable[[], str]]:
    return {
        "Python": software.check_python,
        "Java": lambda: software.check_java(environ),
        "Spark": software.check_spark,
        "BigDL": software.check_bigdl,
        "Scala": software.check_scala,
        "TensorFlow": software.check_tensorflow,
        "schedule": lambda: settings.check_schedule(environ),
        "GRAFT_PIPELINES": lambda: settings.check_pipelines(environ),
        "SLIM_PATH": lambda: settings.check_slim_path(environ),
        "Spark master": lambda: settings.check_master(environ),
        "Spark authentication": lambda: settings.check_authentication(environ),
        "memory": settings.check_memory,
        "open files": settings.check_open_files,
        "temporary folder": settings.check_temporary_folder,
        "free disk": lambda: settings.check_disk(Home.from_environ(environ).root),
        "GRAFT_HOME": lambda: settings.check_home(Home.from_environ(environ)),
        "artefacts": lambda: check_artifacts(Home.from_environ(environ)),
        "registry": lambda: check_registry(Home.from_environ(environ)),
        "MLflow": lambda: check_tracking(environ),
        "lineage": lambda: check_lineage(environ),
        NOTIFY: lambda: check_notices(environ),
    }
