"""Compiles the Scala of ``jvm/`` with the compiler in Spark's jars, without a JDK or sbt."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tasks.errors import GraftError, SetupError
from tasks.spark.runtime import bigdl_jars, java_home, scala_jar, scala_sources, spark_home
from tasks.spark.settings import submit_env
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import CHECKOUT


def compile_scala() -> Path:
    """Return the jar of ``jvm/``, compiling it if it is not there.

    Raises:
        SetupError: the compiler reported errors.
        StorageError: the environment cannot be written.
    """
    jar = scala_jar()
    if jar.is_file():
        return jar
    spark = sorted((spark_home() / "jars").glob("*.jar"))
    with storage_errors(jar):
        jar.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=jar.parent) as folder:
            aside = Path(folder) / jar.name
            _run_compiler([*spark, *bigdl_jars()], aside)
            aside.replace(jar)
        for other in set(jar.parent.glob("graft-*.jar")) - {jar}:
            other.unlink(missing_ok=True)
    return jar


def _run_compiler(class_path: list[Path], target: Path) -> None:
    ran = subprocess.run(
        [
            *(java_home() / "bin" / "java", "-cp", spark_home() / "jars" / "*"),
            *("scala.tools.nsc.Main", "-nobootcp", "-deprecation", "-feature", "-unchecked"),
            *("-Xfatal-warnings", "-cp", os.pathsep.join(map(str, class_path)), "-d", target),
            *scala_sources(),
        ],
        # Java cannot start from a path that its locale cannot spell.
        env={**os.environ, **submit_env()},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        said = f"{ran.stdout}{ran.stderr}".splitlines()
        raise SetupError(f"{CHECKOUT / 'jvm'} does not compile:", *said)


def main() -> int:
    """Compile and print the jar's path; return 1 if that fails."""
    try:
        sys.stdout.write(f"{compile_scala()}\n")
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
