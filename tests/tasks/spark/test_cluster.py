"""The Spark that a job joins, and what the job finds there."""

import zipfile

from support.spark import Join
from tasks.spark.cluster import Cluster


def test_driver_and_executors_are_one(cluster: Cluster) -> None:
    assert cluster.is_local
    assert (cluster.master, cluster.cores, cluster.executors) == ("local[2]", 2, 0)


def test_the_heap_is_what_the_driver_was_given(cluster: Cluster) -> None:
    # The JVM keeps a survivor space of the 3 GiB to itself.
    assert 2.5 * 1024 < cluster.heap_mib <= 3 * 1024


def test_python_workers_are_sent_the_package_and_nothing_else(cluster: Cluster) -> None:
    from pyspark import SparkFiles

    assert "tasks.zip" in cluster.context._python_includes
    with zipfile.ZipFile(SparkFiles.get("tasks.zip")) as package:
        names = package.namelist()
    assert {"tasks/errors.py", "tasks/spark/cluster.py"} <= set(names)
    assert {name.split("/")[0] for name in names} == {"tasks"}
    assert not [name for name in names if "__pycache__" in name]


def test_a_master_that_is_none(join: Join) -> None:
    said = join("local[two]", "describe")
    assert said.startswith("SetupError: Spark does not start at local[two]: Could not parse")
