"""Joins the Spark that the environment describes and does on it what the arguments say.

Prints a line for each: a fact, or the error that a user would see.
"""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tasks.errors import GraftError
from tasks.spark.cluster import Cluster, spark_cluster
from tasks.spark.executors import cluster_errors
from tasks.spark.jvm import require_same_folder


def describe(cluster: Cluster) -> None:
    """Print what is known of the cluster."""
    kind = "local" if cluster.is_local else "not local"
    print(f"{kind}: {cluster.executors} executors, {cluster.cores} cores")


def lose_an_executor(cluster: Cluster) -> None:
    """Kill an executor's process while it works."""
    application = cluster.context.applicationId
    executors = [p.pid for p in psutil.process_iter() if _is_executor(p, application)]

    def die(number: int) -> int:
        if number == 0:
            os.kill(executors[0], signal.SIGKILL)
        time.sleep(1)
        return number

    with cluster_errors(cluster.context):
        cluster.context.parallelize(range(2), 2).map(die).collect()


def _is_executor(process: psutil.Process, application: str) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return application in words and any("CoarseGrainedExecutorBackend" in word for word in words)


def stop(cluster: Cluster) -> None:
    """Stop Spark while a job uses it, as Spark stops itself when its master is gone."""
    with cluster_errors(cluster.context):
        cluster.context._jsc.sc().stop()
        cluster.context.parallelize([1]).collect()


def find_a_folder(cluster: Cluster) -> None:
    """Have Java find a folder whose name is not plain ASCII."""
    with tempfile.TemporaryDirectory(suffix="gräft") as folder:
        require_same_folder(cluster.context._jvm, Path(folder))
        print("found")


ACTIONS = {
    "describe": describe,
    "find-a-folder": find_a_folder,
    "lose-an-executor": lose_an_executor,
    "stop": stop,
}

try:
    with spark_cluster("tests") as cluster:
        for action in sys.argv[1:]:
            try:
                ACTIONS[action](cluster)
            except GraftError as error:
                print(f"{type(error).__name__}: {error}")
except GraftError as error:
    print(f"{type(error).__name__}: {error}")
