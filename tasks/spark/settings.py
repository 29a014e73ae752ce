"""Spark settings that BigDL needs, shared by the DAG, the shell and ``make doctor``."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tasks.spark.runtime import class_path, java_home, spark_home
from tasks.storage.paths import CHECKOUT

LOG4J2 = CHECKOUT / "conf" / "log4j2.properties"
TRAIN_JOB = CHECKOUT / "tasks" / "train_job.py"

# By default MKL chooses instructions by the alignment of arrays, so sums differ between two runs
# and the same seed would not give the same head.
_SAME_SUMS = {"MKL_CBWR": "COMPATIBLE"}


def submit_conf() -> dict[str, str]:
    """Return the Spark configuration of the job.

    It names jars in class paths, not in ``--jars``: BigDL's Python side finds its classes only on
    the class path that the JVM was started with, and every node has the files already. The
    ``spark.*`` settings below the class paths come from BigDL's own ``spark-bigdl.conf``, as far as
    Spark 3.5 knows them.
    """
    options = f"-Dlog4j2.configurationFile=file:{LOG4J2}"
    return {
        "spark.driver.extraClassPath": class_path(),
        "spark.executor.extraClassPath": class_path(),
        "spark.driver.extraJavaOptions": options,
        "spark.executor.extraJavaOptions": options,
        "spark.shuffle.reduceLocality.enabled": "false",
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        # Spark's default of 30 s is too short for a worker that has to restart.
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
        "spark.speculation": "false",
        "spark.serializer": "org.apache.spark.serializer.JavaSerializer",
        "spark.ui.showConsoleProgress": "false",
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
        **_SAME_SUMS,
    }


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
