"""JVMs with BigDL for steps that run outside Spark."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.spark import Join
from tasks.errors import SetupError
from tasks.spark import jvm
from tasks.spark.jvm import bigdl_jvm, graft_package, save_tensors
from tasks.spark.settings import submit_env


@pytest.fixture(scope="module")
def gateway() -> Iterator[Any]:
    with bigdl_jvm() as started:
        yield started


def test_it_is_a_java_17_with_bigdl_and_without_spark(gateway: Any) -> None:
    java = gateway.jvm.java.lang
    assert java.System.getProperty("java.version").startswith("17.")
    assert java.Class.forName("com.intel.analytics.bigdl.dllib.utils.Engine") is not None
    assert gateway.jvm.org.apache.spark.sql.SparkSession.getDefaultSession().isEmpty()


def test_it_ends_with_its_context() -> None:
    with bigdl_jvm() as started:
        assert started.proc.poll() is None
    assert started.proc.poll() is not None


def test_it_ends_after_an_error_too() -> None:
    with pytest.raises(ValueError, match="odd"), bigdl_jvm() as started:
        raise ValueError("odd")
    assert started.proc.poll() is not None


def test_without_java_it_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = {**submit_env(), "JAVA_HOME": str(tmp_path)}
    monkeypatch.setattr(jvm, "submit_env", lambda: nowhere)
    with (
        pytest.raises(SetupError, match=r"^there is no Java where JAVA_HOME says: unset it, and"),
        bigdl_jvm(),
    ):
        pass


def test_with_a_heap_that_the_machine_has_not_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # Another test's Spark may have set it.
    monkeypatch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
    with pytest.raises(SetupError) as caught, bigdl_jvm(heap=99_999 * 1024):
        pass
    assert str(caught.value) == (
        "the machine of the Spark driver has not enough memory for its JVM: lower driver_memory"
    )


def test_any_other_end_is_told_by_the_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\nprintf 'odd \\033[2J words\\n' >&2\nexit 1\n")
    java.chmod(0o755)
    nowhere = {**submit_env(), "JAVA_HOME": str(tmp_path)}
    monkeypatch.setattr(jvm, "submit_env", lambda: nowhere)
    with pytest.raises(SetupError) as caught, bigdl_jvm():
        pass
    assert str(caught.value) == (r"no JVM with BigDL starts: odd \x1b[2J words; run make doctor")


class TestGraftPackage:
    def test_is_the_scala_of_the_project(self, gateway: Any) -> None:
        engine = graft_package(gateway.jvm).FeatureEngine
        assert engine._fqn == "com.intel.analytics.bigdl.graft.FeatureEngine"

    def test_without_the_class_path_it_says_what_to_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jvm, "submit_conf", dict)
        # Another test's Spark may have set it.
        monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
        message = r"graft\.FeatureEngine is not on the driver's class path"
        with bigdl_jvm() as plain, pytest.raises(SetupError, match=message) as missing:
            graft_package(plain.jvm)
        assert "run make setup, and source env.sh before spark-submit" in str(missing.value)


class TestSaveTensors:
    def test_a_jvm_with_bigdl_reads_the_arrays_back(self, gateway: Any, tmp_path: Path) -> None:
        tensors = {
            "layer/weights": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
            "layer/bias": np.array([-1.5, 0.0, 1e-7], np.float32),
        }
        save_tensors(tensors, tmp_path / "model.bin")
        io = gateway.jvm.java.io
        stream = io.ObjectInputStream(io.FileInputStream(str(tmp_path / "model.bin")))
        loaded = stream.readObject()
        stream.close()
        assert set(loaded) == set(tensors)
        for name, expected in tensors.items():
            assert tuple(loaded[name].shape()) == expected.shape
            found = np.array(list(loaded[name].storage()), np.float32)
            np.testing.assert_array_equal(found, expected.reshape(-1))


class TestSameFolder:
    def test_java_finds_it_in_a_locale_that_can_spell_it(self, join: Join) -> None:
        assert join("local[1]", "find-a-folder") == "found\n"

    def test_a_locale_that_cannot_spell_it_is_told(self, join: Join) -> None:
        said = join("local[1]", "find-a-folder", LC_ALL="C")
        assert re.fullmatch(
            r"SetupError: Java cannot spell /\S+gräft in its locale and would write to another "
            r"folder: set LC_ALL=C.UTF-8, as env.sh does, or GRAFT_HOME to a folder whose name is "
            r"plain ASCII\n",
            said,
        )
