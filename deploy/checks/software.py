"""Checks of the software that a run needs: the packages of the lock, Java and the compiled Scala.

Every check returns what it found, and raises where that will not do.
"""

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tasks.errors import SetupError
from tasks.spark.runtime import (
    JAVA_MAJOR,
    bigdl_jars,
    java_home,
    java_version,
    scala_jar,
    spark_home,
)

#: Minor versions of Python that Graft runs on.
PYTHONS = ("3.11", "3.12", "3.13")


def check_python() -> str:
    """Return the version of this Python."""
    if ".".join(map(str, sys.version_info[:2])) not in PYTHONS:
        expected = ", ".join(PYTHONS)
        raise SetupError(
            f"{sys.version.split()[0]} found, {expected} expected: rm -r .venv; make setup"
        )
    return f"{sys.version.split()[0]} in {sys.prefix}"


def check_java(environ: Mapping[str, str]) -> str:
    """Return the version of the Java that Spark will use, and where it is."""
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


def check_spark() -> str:
    """Return the version of Spark, and where it is."""
    submit = spark_home() / "bin" / "spark-submit"
    if not os.access(submit, os.X_OK):
        raise SetupError(f"{submit} is missing or may not be run: run make setup")
    return f"{importlib.metadata.version('pyspark')} in {spark_home()}"


def check_bigdl() -> str:
    """Return the version of BigDL, and its jar's name."""
    return f"{importlib.metadata.version('bigdl-dllib-spark3')}, {bigdl_jars()[0].name}"


def check_scala() -> str:
    """Return the jar of the compiled Scala of ``jvm/``."""
    if not scala_jar().is_file():
        raise SetupError(f"{scala_jar()} is missing: run make setup")
    return str(scala_jar())


def check_tensorflow() -> str:
    """Return the version of TensorFlow, which has started once."""
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
