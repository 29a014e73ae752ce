import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import ANY

import pytest

from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION
from deploy.environment import environment, main, set_environment, whole_environment
from deploy.foreign import OWN
from tasks.spark.authentication import SECRET, daemon_env
from tasks.spark.settings import submit_env
from tasks.storage.paths import CHECKOUT


def test_sets_all_that_airflow_and_spark_need(tmp_path: Path) -> None:
    given = {"GRAFT_HOME": str(tmp_path), "PATH": "/bin"}
    env = environment(given)
    assert env.items() >= submit_env(given).items()
    assert env["GRAFT_HOME"] == str(tmp_path)
    assert env["AIRFLOW_HOME"] == str(tmp_path / "airflow")
    assert env["SPARK_CONF_DIR"] == str(tmp_path / "spark-conf")
    assert env["AIRFLOW__CORE__DAGS_FOLDER"] == str(CHECKOUT / "dags")
    assert env["AIRFLOW__CORE__PLUGINS_FOLDER"] == str(CHECKOUT / "plugins")
    assert env["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"


def test_spark_is_this_machine_by_default() -> None:
    assert json.loads(environment({})[SPARK_CONNECTION]) == json.loads(LOCAL_SPARK)
    assert json.loads(LOCAL_SPARK) == {"conn_type": "spark", "host": "local[*]"}


def test_a_spark_connection_that_is_set_stays() -> None:
    assert environment({SPARK_CONNECTION: "spark://host:7077"})[SPARK_CONNECTION] == (
        "spark://host:7077"
    )


def test_python_path_is_ours_and_what_is_meant_for_graft() -> None:
    mine = os.pathsep.join(["/mine", "", str(CHECKOUT), "/mine"])
    environ = {"PYTHONPATH": "/another", "GRAFT_PYTHONPATH": mine}
    assert environment(environ)["PYTHONPATH"] == f"{CHECKOUT}{os.pathsep}/mine"
    assert environment({"PYTHONPATH": "/another"})["PYTHONPATH"] == str(CHECKOUT)


def test_the_library_of_networks_is_found_from_every_folder() -> None:
    assert environment({"SLIM_PATH": "slim"})["SLIM_PATH"] == str(Path.cwd() / "slim")
    assert "SLIM_PATH" not in environment({})


def test_the_folder_of_pipelines_is_found_from_every_folder() -> None:
    here = str(Path.cwd() / "pipelines")
    assert environment({"GRAFT_PIPELINES": "pipelines"})["GRAFT_PIPELINES"] == here
    assert "GRAFT_PIPELINES" not in environment({"GRAFT_PIPELINES": ""})


def test_a_setting_for_grafts_airflow_is_handed_on() -> None:
    environ = {
        "GRAFT_AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG": "3",
        "GRAFT_AIRFLOW__SECRETS__BACKEND": "mine.Vault",
        "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG": "9",
    }
    given = environment(environ)
    assert given["AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG"] == "3"
    assert given["AIRFLOW__SECRETS__BACKEND"] == "mine.Vault"


def test_in_a_container_everything_is_meant_for_graft(tmp_path: Path) -> None:
    environ = {
        OWN: "1",
        "PATH": "/bin",
        "GRAFT_HOME": str(tmp_path),
        "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG": "2",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://db",
        "SPARK_WORKER_CORES": "2",
        "PYTHONPATH": "/mine",
        "JAVA_TOOL_OPTIONS": "-Da=b",
    }
    python_path = {"PYTHONPATH": f"{CHECKOUT}{os.pathsep}/mine"}
    assert whole_environment(environ).items() >= {**environ, **python_path, "PATH": ANY}.items()


def test_the_variables_of_another_airflow_are_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://u:secret@db")
    monkeypatch.setenv("PYTHONPATH", f"/another{os.pathsep}{CHECKOUT}")
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setattr(sys, "path", ["/another", *sys.path])
    said = set_environment()
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in os.environ
    assert os.environ["PYTHONPATH"] == str(CHECKOUT)
    assert "/another" not in sys.path
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in said["Airflow"]
    assert "secret" not in said["Airflow"]
    # Of what Graft has set itself, nothing is to be said.
    assert set_environment() == {}


def test_spark_daemons_authenticate_with_a_secret(tmp_path: Path) -> None:
    given = environment({"GRAFT_HOME": str(tmp_path), SECRET: "0123456789abcdef"})
    assert given.items() >= daemon_env({SECRET: "0123456789abcdef"}).items()
    assert "-Dspark.authenticate=true" in given["SPARK_DAEMON_JAVA_OPTS"]


def test_is_the_same_when_it_is_set_already(tmp_path: Path) -> None:
    first = environment({"GRAFT_HOME": str(tmp_path), "PATH": "/bin"})
    assert environment(first) == first


def test_a_shell_reads_what_main_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "it's a $HOME"
    monkeypatch.setenv("GRAFT_HOME", str(home))
    assert main() == 0
    printed = capsys.readouterr().out
    wanted = environment()
    ran = subprocess.run(
        ["/bin/bash", "-c", f"eval {shlex.quote(printed)}; /usr/bin/env -0"],
        capture_output=True,
        text=True,
    )
    seen = dict(line.split("=", 1) for line in ran.stdout.split("\0") if line)
    assert {name: seen.get(name) for name in wanted} == wanted
    assert (home / "spark-conf" / "spark-defaults.conf").is_file()


def test_main_says_in_a_line_that_graft_home_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path / "file"))
    assert main() == 1
    printed = capsys.readouterr()
    assert f"export GRAFT_HOME={tmp_path / 'file'}\n" in printed.out
    assert re.fullmatch(r"error: cannot write .*; set GRAFT_HOME to a folder.*\n", printed.err)
