import re
from pathlib import Path

import pytest

from support.pythons import other_pythons
from support.spark import Join
from tasks import errors
from tasks.errors import DataError, GraftError, SetupError, StorageError
from tasks.spark.errors import user_error, user_errors
from tasks.storage.paths import CHECKOUT

TRACE = """An error occurred while calling z:org.apache.spark.api.python.PythonRDD.collectAndServe.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 3 in stage 0.0 failed 1 \
times, most recent failure: Lost task 3.0 in stage 0.0 (TID 3) (host executor driver): \
org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "/work/tasks/features/tensorflow_engine.py", line 89, in _image
    raise DataError(
{raised}

\tat org.apache.spark.api.python.BasePythonRunner$ReaderIterator.handlePythonException(x.scala:572)
\tat java.base/java.lang.Thread.run(Thread.java:840)
"""


def spark_error(raised: str) -> Exception:
    return RuntimeError(TRACE.format(raised=raised))


def test_finds_what_a_worker_raised() -> None:
    found = user_error(spark_error("tasks.errors.DataError: shard-00003, record 7: no JPEG"))
    assert type(found) is DataError
    assert str(found) == "shard-00003, record 7: no JPEG"


def test_keeps_the_kind() -> None:
    assert type(user_error(spark_error("tasks.errors.StorageError: no room"))) is StorageError
    assert type(user_error(spark_error("tasks.errors.GraftError: odd"))) is GraftError


def test_the_first_of_several_counts() -> None:
    both = "tasks.errors.DataError: first\n\ntasks.errors.DataError: second"
    assert str(user_error(spark_error(both))) == "first"


@pytest.mark.parametrize(
    "raised",
    ["ValueError: bad", "tasks.errors.NoSuchError: bad", "tasks.errors.DataError", "", "re: x"],
)
def test_other_errors_are_not_the_users(raised: str) -> None:
    assert user_error(spark_error(raised)) is None


def test_one_of_ours_is_itself() -> None:
    error = StorageError("no room")
    assert user_error(error) is error


def test_context_raises_the_error_as_it_was() -> None:
    with pytest.raises(DataError, match=r"^no JPEG$") as caught, user_errors():
        raise spark_error("tasks.errors.DataError: no JPEG")
    assert caught.value.__suppress_context__


def test_context_leaves_a_defect_alone() -> None:
    with pytest.raises(RuntimeError, match="ValueError: bad"), user_errors():
        raise spark_error("ValueError: bad")


def test_context_without_an_error() -> None:
    with user_errors():
        pass


def scala_errors() -> list[str]:
    """The names of the errors that the Scala raises for the user."""
    source = (CHECKOUT / "jvm" / "Errors.scala").read_text(encoding="utf-8")
    return re.findall(r"^class (\w+)\(", source, re.MULTILINE)


def test_scala_raises_the_same_kinds() -> None:
    names = scala_errors()
    assert {"DataError", "UnsupportedGraphError", "UnsupportedRecordError"} <= set(names)
    for name in names:
        found = user_error(spark_error(f"com.intel.analytics.bigdl.graft.{name}: record 7: bad"))
        assert type(found) is getattr(errors, name)
        assert str(found) == "record 7: bad"


def test_an_executor_without_the_compiled_scala() -> None:
    missing = "java.lang.ClassNotFoundException: com.intel.analytics.bigdl.graft.Chunk"
    found = user_error(spark_error(missing))
    assert type(found) is SetupError
    assert "an executor has no compiled Scala of this version: run make setup" in str(found)


def test_executors_of_another_python_are_told_in_one_line() -> None:
    from pyspark.errors import PySparkRuntimeError

    versions = {"worker_version": "(3, 12)", "driver_version": "3.11"}
    said = PySparkRuntimeError(error_class="PYTHON_VERSION_MISMATCH", message_parameters=versions)
    found = user_error(spark_error(f"pyspark.errors.PySparkRuntimeError: {said}"))
    assert type(found) is SetupError
    assert str(found).startswith(
        "the executors run Python 3.12 and the driver 3.11, expected the same: run make setup"
    )


def test_a_full_disk_below_spark_is_told_in_one_line() -> None:
    error = user_error(RuntimeError("a trace\njava.io.IOException: No space left on device\n"))
    assert isinstance(error, StorageError)
    assert "no room left" in str(error)


def test_the_error_of_a_worker_comes_before_what_spark_says_of_a_full_disk() -> None:
    text = f"OSError: No space left on device\ntasks.errors.StorageError: writing {Path('x')}"
    assert str(user_error(RuntimeError(text))) == "writing x"


def test_executors_of_another_python() -> None:
    from pyspark.errors import PySparkRuntimeError

    said = PySparkRuntimeError(
        error_class="PYTHON_VERSION_MISMATCH",
        message_parameters={"worker_version": "(3, 12)", "driver_version": "3.11"},
    )
    found = user_error(spark_error(str(said)))
    assert type(found) is SetupError
    assert str(found) == (
        "the executors run Python 3.12 and the driver 3.11, expected the same: run make setup on "
        "every node with the same Python (PYTHON=...)"
    )


def test_executors_of_another_python_for_real(join: Join) -> None:
    others = other_pythons()
    if not others:
        pytest.skip("no other Python that Graft runs on is on this machine")
    minor, python = others.popitem()
    said = join("local[1]", "work", PYSPARK_PYTHON=str(python))
    assert said.startswith(f"SetupError: the executors run Python {minor} and the driver 3.")
    assert said.count("\n") == 1
