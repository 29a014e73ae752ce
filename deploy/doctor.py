"""Checks that this machine can run Graft: a line for everything, ok or what to do."""

import importlib.metadata
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.connection import SPARK_CONNECTION, USE_LOCAL, spark_master
from tasks.errors import GraftError, SetupError
from tasks.params.installation import cron_schedule, default_params
from tasks.spark.files import hadoop_files
from tasks.spark.runtime import (
    JAVA_MAJOR,
    bigdl_jars,
    java_home,
    java_version,
    scala_jar,
    spark_home,
)
from tasks.spark.settings import lacks_yarn_conf
from tasks.storage.local_files import free_space
from tasks.storage.paths import Home

_NEEDED_GIB = 2.0
_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        name: what was looked at.
        ok: whether it will do.
        text: what was found, or what to do.
    """

    name: str
    ok: bool
    text: str

    def line(self) -> str:
        """Return the finding as one line."""
        return f"{'ok ' if self.ok else 'FIX'} {self.name}: {self.text}"


def examine(environ: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Yield a finding for everything that a run needs."""
    current = os.environ if environ is None else environ
    checks: dict[str, Callable[[], str]] = {
        "Python": _python,
        "Java": lambda: _java(current),
        "Spark": _spark,
        "BigDL": _bigdl,
        "Scala": _scala,
        "TensorFlow": _tensorflow,
        "schedule": lambda: _schedule(current),
        "Spark master": lambda: _master(current),
        "free disk": lambda: _disk(Home.from_environ(current).root),
        "GRAFT_HOME": lambda: _home(Home.from_environ(current)),
    }
    for name, check in checks.items():
        try:
            yield Finding(name, True, check())
        except (GraftError, importlib.metadata.PackageNotFoundError) as error:
            yield Finding(name, False, str(error))


def main() -> int:
    """Print every finding; return 1 if something has to be mended, else 0."""
    findings = []
    for finding in examine():
        sys.stdout.write(f"{finding.line()}\n")
        sys.stdout.flush()
        findings.append(finding)
    return 0 if all(finding.ok for finding in findings) else 1


def _python() -> str:
    if sys.version_info[:2] != _PYTHON:
        raise SetupError(f"{sys.version.split()[0]} found, 3.11 expected: rm -r .venv; make setup")
    return f"{sys.version.split()[0]} in {sys.prefix}"


def _java(environ: Mapping[str, str]) -> str:
    home = java_home(environ)
    version = java_version(home)
    if version.split(".")[0] != JAVA_MAJOR:
        raise SetupError(f"no Java {JAVA_MAJOR} in {home}: run make setup")
    java = home / "bin" / "java"
    try:
        subprocess.run([java, "-version"], capture_output=True, check=True, errors="replace")
    except OSError as error:
        raise SetupError(f"{java} does not run: {error.strerror}") from None
    except subprocess.CalledProcessError as error:
        raise SetupError(f"{java} does not run: {error.stderr.strip()}") from None
    configured = environ.get("JAVA_HOME", "")
    ignored = configured and Path(configured) != home
    note = f" (JAVA_HOME={configured} is not Java {JAVA_MAJOR} and is not used)" if ignored else ""
    return f"{version} in {home}{note}"


def _spark() -> str:
    submit = spark_home() / "bin" / "spark-submit"
    if not os.access(submit, os.X_OK):
        raise SetupError(f"{submit} is missing or may not be run: run make setup")
    return f"{importlib.metadata.version('pyspark')} in {spark_home()}"


def _bigdl() -> str:
    return f"{importlib.metadata.version('bigdl-dllib-spark3')}, {bigdl_jars()[0].name}"


def _scala() -> str:
    if not scala_jar().is_file():
        raise SetupError(f"{scala_jar()} is missing: run make setup")
    return str(scala_jar())


def _tensorflow() -> str:
    # In a process of its own: doctor must outlive a native library that crashes.
    program = (
        "from tasks.networks.tensorflow import import_session_runtime as r; s = r(); "
        "s.session(graph=s.graph()).close()"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    if ran.returncode:
        last = ran.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise SetupError(f"does not start ({last[0]}): run make setup")
    return importlib.metadata.version("tensorflow-cpu")


def _master(environ: Mapping[str, str]) -> str:
    connection = environ.get(SPARK_CONNECTION, "")
    if not connection:
        raise SetupError(f"{SPARK_CONNECTION} is not set: source env.sh, or {USE_LOCAL}")
    master = spark_master(connection)
    if lacks_yarn_conf(master, environ):
        raise SetupError("yarn, but neither HADOOP_CONF_DIR nor YARN_CONF_DIR is set")
    return master


def _schedule(environ: Mapping[str, str]) -> str:
    default_params(environ)
    cron = cron_schedule(environ)
    return "by the data set's asset alone" if cron is None else f"{cron}, UTC"


def _disk(root: Path) -> str:
    existing, free_bytes = free_space(root)
    free = free_bytes / 2**30
    if free < _NEEDED_GIB:
        raise SetupError(
            f"{free:.1f} GiB free in {existing}, {_NEEDED_GIB:.0f} expected: make room or set "
            "GRAFT_HOME to a larger disk"
        )
    return f"{free:.1f} GiB in {existing}"


def _home(home: Home) -> str:
    """Write a file where executors will, and one where the driver will, and delete them."""
    if home.remote is None:
        return _writable(home.root, "GRAFT_HOME")
    local = _writable(home.root, "GRAFT_LOCAL")
    probe = home.remote / f".doctor-{uuid.uuid4().hex}"
    with hadoop_files() as files:
        files.write(b"", probe)
        files.delete(probe)
    return f"{home.remote} can be written, and GRAFT_LOCAL, {local}"


def _writable(root: Path, variable: str) -> str:
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        raise SetupError(
            f"cannot write {root} ({error.strerror}): set {variable} to a folder that this user "
            "may write"
        ) from None
    return f"{root} can be written"


if __name__ == "__main__":
    sys.exit(main())
