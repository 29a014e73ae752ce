"""Causes told from what a JVM says; the texts are what these programs said."""

import os
import subprocess

import pytest

from tasks.errors import ClusterError, GraftError, ParamsError, SetupError, StorageError
from tasks.spark.failures import NOEXEC, jvm_failure, last_words
from tasks.spark.runtime import java_home

TASK = (
    "org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed "
    "4 times, most recent failure: Lost task 0.3 in stage 0.0 (TID 3) ({where}): {raised}\n"
    "\tat org.apache.spark.scheduler.Task.run(Task.scala:141)\n"
)
ON_DRIVER, ON_EXECUTOR = "host executor driver", "10.0.0.7 executor 1"


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        (
            TASK.format(where=ON_DRIVER, raised="java.lang.OutOfMemoryError: Java heap space"),
            SetupError,
            "the heap of the Spark driver is too small: raise driver_memory",
        ),
        (
            TASK.format(where=ON_EXECUTOR, raised="java.lang.OutOfMemoryError: Java heap space"),
            SetupError,
            "the heap of the Spark executor is too small: raise executor_memory",
        ),
        (
            TASK.format(
                where=ON_EXECUTOR,
                raised="ExecutorLostFailure (executor 1 exited caused by one of the running tasks) "
                "Reason: Command exited with code 137",
            ),
            ClusterError,
            "an executor was killed (137): mostly by the kernel",
        ),
        (
            TASK.format(where=ON_DRIVER, raised="java.io.IOException: No space left on device"),
            StorageError,
            "no room left while Spark or BigDL wrote: make room, then run again",
        ),
        (
            "java.lang.UnsatisfiedLinkError: /tmp/libjmkl.so: failed to map segment from shared "
            "object: Operation not permitted",
            SetupError,
            NOEXEC,
        ),
        (
            "# There is insufficient memory for the Java Runtime Environment to continue.\n"
            "# Native memory allocation (mmap) failed to map 3221225472 bytes",
            SetupError,
            "the machine of the Spark driver has not enough memory for its JVM: lower "
            "driver_memory",
        ),
        (
            "java.lang.IllegalArgumentException: System memory 104857600 must be at least "
            "471859200. Please increase heap size using the --driver-memory option",
            ParamsError,
            "driver_memory is no heap that Java and Spark can have, expected at least 512m",
        ),
        (
            "java.lang.IllegalArgumentException: Executor memory 134217728 must be at least "
            "471859200",
            ParamsError,
            "executor_memory is less than Spark can use",
        ),
        (
            "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory",
            SetupError,
            "the Spark driver may start no more threads",
        ),
        (
            "java.io.FileNotFoundException: /tmp/blockmgr/0a (Too many open files)",
            SetupError,
            "the Spark driver may open no more files: raise the limit (ulimit -n)",
        ),
        (
            "java.lang.UnsupportedClassVersionError: x has been compiled by a more recent version",
            SetupError,
            "the Java of the Spark driver is too old, expected Java 17",
        ),
        (
            "spark-class: line 71: /nowhere/bin/java: No such file or directory",
            SetupError,
            "there is no Java where JAVA_HOME says",
        ),
        (
            "java.net.UnknownHostException: head.example: Name or service not known",
            SetupError,
            "the host name head.example does not resolve",
        ),
        (
            "java.net.BindException: Cannot assign requested address: Service 'sparkDriver' failed",
            SetupError,
            "Spark cannot listen (Cannot assign requested address",
        ),
        (
            "java.io.FileNotFoundException: /graft/features/a\x1b[2J (Permission denied)",
            StorageError,
            r"Spark or BigDL may not use /graft/features/a\x1b[2J: give",
        ),
        (
            "java.nio.file.AccessDeniedException: /graft/b",
            StorageError,
            "Spark or BigDL may not use /graft/b: give",
        ),
        (
            "Total size of serialized results of 9 tasks (1.1 GiB) is bigger than "
            "spark.driver.maxResultSize (1024.0 MiB)",
            SetupError,
            "the results of Spark's tasks are larger than spark.driver.maxResultSize",
        ),
    ],
)
def test_a_known_cause_is_one_line_that_says_what_to_do(
    said: str, kind: type[GraftError], told: str
) -> None:
    found = jvm_failure(f"26/11/26 10:00:00 INFO first\n{said}\n\tat scala.App.main(App.scala)\n")
    assert type(found) is kind
    assert str(found).startswith(told)
    assert str(found).isprintable()
    assert len(str(found)) < 400


@pytest.mark.parametrize(
    "said",
    [
        "",
        "java.lang.NullPointerException",
        "java.io.FileNotFoundException: /graft/a (No such file or directory)",
        "x" * 10**6,
    ],
)
def test_another_cause_is_not_guessed(said: str) -> None:
    assert jvm_failure(said) is None


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("-Xmx100000g", "the machine of the Spark driver has not enough memory"),
        ("-Xmx99999999999999999999g", "driver_memory is no heap that Java"),
        ("-Xmx1", "driver_memory is no heap that Java"),
    ],
)
def test_javas_own_words_are_known(option: str, told: str) -> None:
    java = java_home() / "bin" / "java"
    ran = subprocess.run(
        ["sh", "-c", 'ulimit -v 4000000; exec "$0" "$1" -version', java, option],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode
    assert str(jvm_failure(ran.stdout + ran.stderr)).startswith(told)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Traceback (most recent call last):\n  File x\npy4j.protocol.Py4JJavaError: An error "
            "occurred\n: org.apache.spark.SparkException: Job aborted\n"
            "Caused by: java.lang.IllegalStateException: odd state\n\tat scala.App\n",
            "IllegalStateException: odd state",
        ),
        ("first\nlast \x1b[2J words\n\n", r"last \x1b[2J words"),
        ("java.lang.NullPointerException\n\tat x.y(Z.java)", "NullPointerException"),
        ("odd\nspark-class: line 97: CMD: bad array subscript\n", "odd"),
        ("", "it said nothing"),
    ],
)
def test_last_words_are_the_innermost_exception_or_the_last_line(said: str, told: str) -> None:
    assert last_words(said) == told


def test_last_words_are_short() -> None:
    assert len(last_words(f"ValueError: {'x' * 10**5}")) <= 300
