"""Replaces this process by the ``spark-submit`` of a job."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from deploy.environment import set_environment
from deploy.spark_conf_dir import write_spark_defaults
from tasks.spark.runtime import spark_home
from tasks.spark.settings import network_env
from tasks.storage.paths import Home


def submit(
    job: Path,
    arguments: Sequence[str],
    *,
    master: str,
    driver_memory: str,
    spark_conf: Sequence[str],
) -> NoReturn:
    """Submit a job; its exit status is this process's.

    Args:
        job: the program.
        arguments: of the program.
        master: Spark's master URL.
        driver_memory: heap of the driver's JVM.
        spark_conf: settings of Spark's, ``NAME=VALUE`` each.
    """
    set_environment()
    write_spark_defaults(Home.from_environ())
    os.environ.update(network_env(master))
    command = [str(spark_home() / "bin" / "spark-submit"), "--master", master]
    command += ["--driver-memory", driver_memory]
    command += [word for setting in spark_conf for word in ("--conf", setting)]
    command += [str(job), *arguments]
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted
