import subprocess
import sys
from pathlib import Path

import pytest

from tasks.spark.runtime import class_path, java_home
from tasks.spark.settings import (
    LOG4J2,
    TRAIN_JOB,
    executor_conf,
    is_local,
    submit_conf,
    submit_env,
)


class TestSubmit:
    def test_conf(self) -> None:
        conf = submit_conf()
        for end in ("driver", "executor"):
            assert conf[f"spark.{end}.extraClassPath"] == class_path()
            assert (
                f"-Dlog4j2.configurationFile=file:{LOG4J2}" in conf[f"spark.{end}.extraJavaOptions"]
            )
        assert all(key.startswith("spark.") for key in conf)
        assert all(isinstance(value, str) for value in conf.values())

    def test_files_are_there(self) -> None:
        assert LOG4J2.is_file()
        assert TRAIN_JOB.is_file()

    def test_env_finds_this_python_spark_and_java(self) -> None:
        env = submit_env({"PATH": "/usr/bin:/bin"})
        binaries = str(Path(sys.executable).parent)
        assert env["PATH"] == f"{binaries}:/usr/bin:/bin"
        assert env["PYSPARK_PYTHON"] == env["PYSPARK_DRIVER_PYTHON"] == sys.executable
        assert (Path(env["SPARK_HOME"]) / "bin" / "spark-submit").is_file()
        assert (Path(env["JAVA_HOME"]) / "bin" / "java").is_file()

    def test_path_holds_our_binaries_once_and_first(self) -> None:
        binaries = str(Path(sys.executable).parent)
        env = submit_env({"PATH": f"/usr/bin:{binaries}::/bin"})
        assert env["PATH"] == f"{binaries}:/usr/bin:/bin"

    def test_env_is_enough_for_spark_submit(self) -> None:
        env = submit_env({"PATH": "/usr/bin:/bin"})
        ran = subprocess.run(
            ["spark-submit", "--version"], env=env, capture_output=True, text=True, timeout=60
        )
        assert ran.returncode == 0, ran.stderr
        assert "version 3.5." in ran.stderr
        assert "17.0" in ran.stderr


class TestExecutors:
    @pytest.mark.parametrize("master", ["local", "local[2]", "local[*]", "local[4, 2]"])
    def test_a_local_master_has_none(self, master: str) -> None:
        assert is_local(master)
        assert executor_conf(master, 2, 1) == {}

    def test_a_standalone_master_is_told_the_cores_of_all(self) -> None:
        assert executor_conf("spark://head:7077", 3, 2) == {
            "spark.executor.instances": "3",
            "spark.executor.cores": "2",
            "spark.dynamicAllocation.enabled": "false",
            "spark.cores.max": "6",
        }

    @pytest.mark.parametrize("master", ["k8s://https://head:6443", "local-cluster[2,1,1024]"])
    def test_others_are_told_the_number(self, master: str) -> None:
        assert not is_local(master)
        assert executor_conf(master, 3, 2) == {
            "spark.executor.instances": "3",
            "spark.executor.cores": "2",
            "spark.dynamicAllocation.enabled": "false",
        }

    def test_yarn_gets_our_java(self) -> None:
        assert executor_conf("yarn", 3, 2)["spark.executorEnv.JAVA_HOME"] == str(java_home())
