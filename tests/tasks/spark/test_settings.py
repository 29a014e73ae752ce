import subprocess
import sys
from pathlib import Path

import pytest

from tasks.spark.runtime import class_path, java_home
from tasks.spark.settings import (
    LOG4J2,
    LOOPBACK,
    TRAIN_JOB,
    executor_conf,
    is_local,
    network_conf,
    network_env,
    submit_conf,
    submit_env,
)
from tasks.storage.paths import CHECKOUT


class TestSubmit:
    def test_conf(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", "/tmp")  # noqa: S108 - Java's own choice
        conf = submit_conf()
        for end in ("driver", "executor"):
            assert conf[f"spark.{end}.extraClassPath"] == class_path()
            options = conf[f"spark.{end}.extraJavaOptions"]
            assert options == f"-Dlog4j2.configurationFile=file://{LOG4J2}"
        assert all(key.startswith("spark.") for key in conf)
        assert all(isinstance(value, str) for value in conf.values())

    @pytest.mark.parametrize("folder", ["/mnt/my 'tmp'", '/mnt/a"b', "/mnt/a\\b"])
    def test_java_uses_pythons_temporary_folder(
        self, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Read by Spark's launcher, which prints the command of the JVM."""
        monkeypatch.setattr("tempfile.tempdir", folder)
        options = submit_conf()["spark.driver.extraJavaOptions"]
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        command = ["spark-submit", "--conf", f"spark.driver.extraJavaOptions={options}", "none.py"]
        ran = subprocess.run(
            command,
            env={**submit_env(), "SPARK_PRINT_LAUNCH_COMMAND": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert f"-Djava.io.tmpdir={folder} " in ran.stderr

    def test_java_chooses_the_usual_temporary_folder_itself(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", "/tmp")  # noqa: S108 - Java's own choice
        assert "tmpdir" not in submit_conf()["spark.driver.extraJavaOptions"]

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

    def test_no_page_can_kill_a_job(self) -> None:
        assert submit_conf()["spark.ui.killEnabled"] == "false"

    @pytest.mark.parametrize(
        ("locale", "added"),
        [
            ({}, {"LC_ALL": "C.UTF-8"}),
            ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, {"LC_ALL": "C.UTF-8"}),
            ({"LANG": "de_DE.ISO-8859-1"}, {"LC_ALL": "C.UTF-8"}),
            ({"LANG": "de_DE.UTF-8"}, {}),
            ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C.UTF-8"}),
            ({"LC_ALL": "", "LC_CTYPE": "C.utf8", "LANG": "C"}, {}),
        ],
    )
    def test_java_can_name_every_file(self, locale: dict[str, str], added: dict[str, str]) -> None:
        env = submit_env({"PATH": "/bin", **locale})
        assert {name: env[name] for name in ("LC_ALL",) if name in env} == added


class TestNetwork:
    @pytest.mark.parametrize("master", ["local", "local[2]", "local[*]", "local[4, 2]"])
    def test_a_local_master_stays_on_this_machine(self, master: str) -> None:
        given = network_env(master)
        assert set(given) == {"SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME", "SPARK_PUBLIC_DNS"}
        assert set(given.values()) == {LOOPBACK} == {"127.0.0.1"}
        assert network_conf(master, given) == {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
        }

    @pytest.mark.parametrize("environ", [{}, {"SPARK_LOCAL_IP": "192.0.2.1"}])
    def test_without_the_variables_a_local_master_has_no_pages(
        self, environ: dict[str, str]
    ) -> None:
        assert network_conf("local[2]", environ)["spark.ui.enabled"] == "false"

    @pytest.mark.parametrize("master", ["spark://head:7077", "yarn", "local-cluster[2,1,1024]"])
    def test_executors_elsewhere_reach_the_driver(self, master: str) -> None:
        assert network_env(master) == {}
        assert network_conf(master, {}) == {}


class TestSparkEnvSh:
    """What a spark-submit by hand is given."""

    SUBMIT = "org.apache.spark.deploy.SparkSubmit"

    def variables(self, *arguments: str, **environ: str) -> dict[str, str]:
        script = CHECKOUT / "conf" / "spark-env.sh"
        command = ["bash", "-c", f'set -a; . "{script}"; /usr/bin/env -0', "spark-class"]
        ran = subprocess.run(
            [*command, *arguments], env=environ, capture_output=True, text=True, check=True
        )
        seen = dict(line.split("=", 1) for line in ran.stdout.split("\0") if line)
        assert not [name for name in seen if name.startswith("_") and name != "_"]
        return {name: value for name, value in seen.items() if name.startswith("SPARK_")}

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["--master", "local[2]"],
            ["--name", "a b", "--master=local"],
            ["--conf", "spark.a=b", "--conf", "spark.master=local[*]", "job.py", "-t", "x"],
            ["--master", "spark://head:7077", "--conf=spark.master=local[*]"],
        ],
    )
    def test_a_local_master_stays_on_this_machine(self, arguments: list[str]) -> None:
        assert self.variables(self.SUBMIT, *arguments) == network_env("local")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--master", "spark://head:7077"],
            ["--master=yarn"],
            ["-c", "spark.master=k8s://head"],
            ["--master", "local-cluster[2,1,1024]"],
            ["--properties-file", "mine.conf"],
        ],
    )
    def test_others_keep_what_is_set(self, arguments: list[str]) -> None:
        given = {"SPARK_LOCAL_IP": "192.0.2.1"}
        assert self.variables(self.SUBMIT, *arguments, **given) == given

    def test_spark_s_own_services_are_left_alone(self) -> None:
        assert self.variables("org.apache.spark.deploy.master.Master") == {}


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
