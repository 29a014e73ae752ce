"""Spark settings that BigDL needs, shared by the DAG, the shell and ``make doctor``."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tasks.spark.runtime import class_path, java_home, spark_home
from tasks.spark.user import user_options
from tasks.storage.paths import CHECKOUT

LOG4J2 = CHECKOUT / "conf" / "log4j2.properties"
TRAIN_JOB = CHECKOUT / "tasks" / "train_job.py"
CONVERT_JOB = CHECKOUT / "tasks" / "convert_job.py"
SCORE_JOB = CHECKOUT / "tasks" / "score_job.py"

# By default MKL chooses instructions by the alignment of arrays, so sums differ between two runs
# and the same seed would not give the same head.
_SAME_SUMS = {"MKL_CBWR": "COMPATIBLE"}

_JAVAS_TEMPORARY_FOLDER = "/tmp"  # noqa: S108 - what Java uses, not a file of ours

LOOPBACK = "127.0.0.1"
# An address, because not even the name localhost has to resolve.
_LOCAL = dict.fromkeys(("SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME", "SPARK_PUBLIC_DNS"), LOOPBACK)
# The variables that decide about the characters of file names, the strongest first.
_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")


def submit_conf() -> dict[str, str]:
    """Return the Spark configuration of the job.

    It names jars in class paths, not in ``--jars``: BigDL's Python side finds its classes only on
    the class path that the JVM was started with, and every node has the files already. The
    ``spark.*`` settings below the class paths come from BigDL's own ``spark-bigdl.conf``, as far as
    Spark 3.5 knows them.
    """
    # An address has neither spaces nor quotes, which Spark would take for the end of the option.
    options = f"-Dlog4j2.configurationFile={LOG4J2.as_uri()}"
    return {
        "spark.driver.extraClassPath": class_path(),
        "spark.executor.extraClassPath": class_path(),
        "spark.driver.extraJavaOptions": " ".join([options, *_driver_options()]),
        "spark.executor.extraJavaOptions": options,
        "spark.shuffle.reduceLocality.enabled": "false",
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        # Spark's default of 30 s is too short for a worker that has to restart.
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
        "spark.speculation": "false",
        "spark.serializer": "org.apache.spark.serializer.JavaSerializer",
        "spark.ui.showConsoleProgress": "false",
        # Spark's pages have no login, and a page of another site may call the address of a link.
        "spark.ui.killEnabled": "false",
        # Other jobs may have taken the 16 ports from 4040 that Spark tries by default.
        "spark.port.maxRetries": "1000",
        # Training runs two Spark jobs per step. Spark keeps ten times as many finished jobs by
        # default, and until it reaches that number the driver's memory grows with the data.
        "spark.ui.retainedJobs": "100",
        "spark.ui.retainedStages": "100",
        "spark.ui.retainedTasks": "10000",
        # The driver's garbage collector frees the broadcasts of those jobs; without a schedule it
        # waits until the heap has grown.
        "spark.cleaner.periodicGC.interval": "1min",
        **{f"spark.executorEnv.{name}": value for name, value in _SAME_SUMS.items()},
    }


def _driver_options() -> list[str]:
    """Return Java's options for a driver, which runs where this process does.

    They are the folder that Python takes from TMPDIR, which Java ignores, and the home of a user
    whom the system does not know. Executors may run on nodes that have neither.
    """
    folder = tempfile.gettempdir()
    options = {} if folder == _JAVAS_TEMPORARY_FOLDER else {"java.io.tmpdir": folder}
    return [_option(name, value) for name, value in {**options, **user_options(os.environ)}.items()]


def _option(name: str, value: str) -> str:
    """Return an option of Java as Spark reads it, which splits options as a shell splits words."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"-D{name}={escaped}"'


def submit_env(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment in which ``spark-submit`` finds this Python, Spark and Java.

    The provider runs a bare ``spark-submit``, which looks for Spark with the first ``python3`` on
    PATH. These variables do not depend on an activated virtual environment.
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
        **_utf8(current),
        **_SAME_SUMS,
    }


def network_env(master: str) -> dict[str, str]:
    """Return variables that keep a local master's ports and pages on this machine.

    They also keep Spark from looking up this machine's name, which need not resolve. Empty for
    other masters, whose executors have to reach the driver.
    """
    return dict(_LOCAL) if is_local(master) else {}


def network_conf(master: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return Spark settings that do the same where a ``spark-submit`` lacks these variables.

    Spark's pages listen where ``SPARK_LOCAL_IP`` says, and on every address without it; there is no
    setting for that, so they are off then.

    Args:
        master: Spark's master URL.
        environ: the environment of ``spark-submit``.
    """
    if not is_local(master):
        return {}
    conf = {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}
    if environ.get("SPARK_LOCAL_IP") != LOOPBACK:
        conf["spark.ui.enabled"] = "false"
    return conf


def _utf8(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variable without which Java could not name every file; empty if it can."""
    effective = next((environ[name] for name in _LOCALE if environ.get(name)), "C")
    is_utf8 = effective.lower().replace("-", "").endswith("utf8")
    kept = {name: environ[name] for name in ("LC_ALL",) if environ.get(name)}
    return kept if is_utf8 else {"LC_ALL": "C.UTF-8"}


def is_local(master: str) -> bool:
    """Return True if driver and executors are one JVM; ``local-cluster[...]`` is not local."""
    return master == "local" or master.startswith("local[")


def executor_conf(master: str, executors: int, executor_cores: int) -> dict[str, str]:
    """Return the Spark configuration of a job's executors; empty on a local master.

    BigDL reads the number of nodes and cores from these settings and from no others. It keeps a
    part of the model on every executor, so the number of executors must not change in training.

    Args:
        master: Spark's master URL.
        executors: number of executors.
        executor_cores: tasks that each executor runs at once.
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
        # YARN's nodes may have another Java; other clusters get theirs from workers or images.
        conf["spark.executorEnv.JAVA_HOME"] = str(java_home())
    return conf


def lacks_yarn_conf(master: str, environ: Mapping[str, str]) -> bool:
    """Return True if ``master`` is YARN and no variable names its configuration."""
    return master == "yarn" and not {"HADOOP_CONF_DIR", "YARN_CONF_DIR"} & set(environ)
