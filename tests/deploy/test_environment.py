import json
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION
from deploy.environment import environment, main, write_spark_defaults
from tasks.errors import StorageError
from tasks.spark.settings import submit_conf, submit_env
from tasks.storage.paths import CHECKOUT, Home


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


def test_python_path_keeps_what_is_there_once() -> None:
    paths = os.pathsep.join(["/mine", "", str(CHECKOUT), "/mine"])
    assert environment({"PYTHONPATH": paths})["PYTHONPATH"] == f"{CHECKOUT}{os.pathsep}/mine"
    assert environment({})["PYTHONPATH"] == str(CHECKOUT)


def test_is_the_same_when_it_is_set_already(tmp_path: Path) -> None:
    first = environment({"GRAFT_HOME": str(tmp_path), "PATH": "/bin"})
    assert environment(first) == first


def test_spark_defaults_hold_the_jobs_settings(tmp_path: Path) -> None:
    path = write_spark_defaults(Home(tmp_path))
    assert path == tmp_path / "spark-conf" / "spark-defaults.conf"
    lines = [line.split(" ", 1) for line in path.read_text().splitlines()]
    assert dict(lines) == submit_conf()
    assert list(path.parent.iterdir()) == [path]


def test_spark_defaults_of_many_at_once_are_whole(tmp_path: Path) -> None:
    """As when containers that share GRAFT_HOME, and have the same process ids, start together."""
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(write_spark_defaults, [Home(tmp_path)] * 64))
    (path,) = paths
    whole = "".join(f"{name} {value}\n" for name, value in submit_conf().items())
    assert path.read_text() == whole
    assert list(path.parent.iterdir()) == [path]


def test_spark_defaults_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write .*; set GRAFT_HOME to a folder"):
        write_spark_defaults(Home(tmp_path / "file"))


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
