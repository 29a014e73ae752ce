import os
import subprocess
import sys

import pytest

from deploy.kubernetes_executor import executor_command
from tasks.errors import SetupError
from tasks.spark.runtime import class_path, java_home
from tasks.storage.paths import CHECKOUT

POD = {
    "JAVA_HOME": str(java_home()),
    "SPARK_DRIVER_URL": "spark://CoarseGrainedScheduler@127.0.0.1:1",
    "SPARK_EXECUTOR_ID": "3",
    "SPARK_EXECUTOR_CORES": "2",
    "SPARK_EXECUTOR_MEMORY": "512m",
    "SPARK_APPLICATION_ID": "spark-7",
    "SPARK_EXECUTOR_POD_IP": "127.0.0.1",
    "SPARK_EXECUTOR_POD_NAME": "graft-exec-3",
    "SPARK_RESOURCE_PROFILE_ID": "0",
    "SPARK_CLASSPATH": class_path(),
    "SPARK_JAVA_OPT_10": "-Dlast=true",
    "SPARK_JAVA_OPT_2": "-Dfirst=a b",
}


def test_command() -> None:
    command = executor_command(POD)
    assert command[1:5] == ["-Dfirst=a b", "-Dlast=true", "-Xms512m", "-Xmx512m"]
    given = dict(zip(command[8::2], command[9::2], strict=True))
    assert given["--driver-url"] == POD["SPARK_DRIVER_URL"]
    assert given["--podName"] == "graft-exec-3"


def test_outside_a_pod() -> None:
    with pytest.raises(SetupError, match=r"^JAVA_HOME, .*SPARK_DRIVER_URL, .* not set: this comm"):
        executor_command({})


def test_spark_takes_it() -> None:
    """Spark's own class parses every argument, and then finds no driver."""
    ran = subprocess.run(
        [sys.executable, "-m", "deploy.kubernetes_executor"],
        cwd=CHECKOUT,
        env={**os.environ, **POD},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode != 0
    assert "/127.0.0.1:1" in ran.stdout + ran.stderr
    assert "Unrecognized options" not in ran.stdout + ran.stderr
