"""Causes of a failed JVM, in one line with what to do, told from its last words.

The words are those of Java 17, Spark 3.5 and the Linux kernel; a trace of them may have hundreds
of lines, and the last one is seldom the cause.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tasks.errors import ClusterError, GraftError, ParamsError, SetupError, StorageError
from tasks.storage.shown import shown

#: Said where the native library of BigDL cannot be loaded from the temporary folder.
NOEXEC = (
    "the temporary folder is mounted noexec, so Java cannot load BigDL's native library from it: "
    "mount it without noexec, or set JDK_JAVA_OPTIONS=-Djava.io.tmpdir=FOLDER to another one"
)
#: The last lines of a JVM's output that are enough to tell the cause.
LAST_LINES = 400

# Spark's words for a task that failed, of the host and the executor that it ran on.
_EXECUTOR = re.compile(
    r"\bexecutor \d+\):|ExecutorLostFailure \(executor \d+|\(TID \d+\) \(\S+ executor \d"
)
_EXCEPTION = re.compile(
    r"^(?:Caused by: |: |Exception in thread \"[^\"]*\" )?"
    r"((?:[\w$]+\.)*[\w$]*(?:Error|Exception))(?:: (.*))?$",
    re.MULTILINE,
)
# Wrappers, whose own message is that of what they wrap or says nothing.
_WRAPPERS = {"Py4JJavaError", "SparkException", "InvocationTargetException", "ExecutionException"}


# Said by spark-class after Java could not start, whatever the cause.
_NO_COMMAND = "CMD: bad array subscript"


@dataclass(frozen=True)
class _Cause:
    pattern: re.Pattern[str]
    error: Callable[[str], GraftError]
    message: str


def _cause(pattern: str, error: Callable[[str], GraftError], message: str) -> _Cause:
    return _Cause(re.compile(pattern), error, message)


# The strongest first: an executor that the kernel killed also loses blocks and connections.
_CAUSES = (
    _cause(
        r"No space left on device|Disk quota exceeded",
        StorageError,
        "no room left while Spark or BigDL wrote: make room, then run again",
    ),
    _cause(
        r"failed to map segment from shared object|cannot apply additional memory protection",
        SetupError,
        NOEXEC,
    ),
    _cause(
        r"OutOfMemoryError: (?:Java heap space|GC overhead|Requested array size)",
        SetupError,
        "the heap of the {place} is too small: raise {setting}",
    ),
    _cause(
        r"OutOfMemoryError: unable to create (?:new )?native thread|pthread_create failed",
        SetupError,
        "the {place} may start no more threads: raise the limit of processes (ulimit -u, or the "
        "container's)",
    ),
    _cause(
        r"insufficient memory for the Java Runtime|Could not reserve enough space|"
        r"Native memory allocation \(\w+\) failed|errno=12\b",
        SetupError,
        "the machine of the {place} has not enough memory for its JVM: lower {setting}",
    ),
    _cause(
        r"Executor memory \d+ must be at least",
        ParamsError,
        "executor_memory is less than Spark can use, expected at least 512m",
    ),
    _cause(
        r"Invalid (?:maximum|initial) heap size|Too small maximum heap|System memory \d+ must be|"
        r"exceeds the maximum representable size",
        ParamsError,
        "{setting} is no heap that Java and Spark can have, expected at least 512m and at most "
        "what the machine has",
    ),
    _cause(
        r"exit(?:ed with)?(?: code| status)?:? 137\b|exitCode=137|OOMKilled|"
        r"[Kk]illed by YARN for exceeding",
        ClusterError,
        "an executor was killed (137): mostly by the kernel or the cluster, for its memory; raise "
        "executor_memory or the connection's spark.executor.memoryOverhead, or give the machine "
        "more",
    ),
    _cause(
        r"Too many open files",
        SetupError,
        "the {place} may open no more files: raise the limit (ulimit -n)",
    ),
    _cause(
        r"UnsupportedClassVersionError|class file version \d+",
        SetupError,
        "the Java of the {place} is too old, expected Java 17: unset JAVA_HOME and run make doctor",
    ),
    _cause(
        r"JAVA_HOME is not set|/bin/java: No such file|java: (?:command )?not found",
        SetupError,
        "there is no Java where JAVA_HOME says: unset it, and run make doctor",
    ),
    _cause(
        r"UnknownHostException: (?P<what>[^\s:]+)",
        SetupError,
        "the host name {what} does not resolve: mend it in the Spark connection or in this "
        "machine's network",
    ),
    _cause(
        r"BindException: (?P<what>[^\n]+)",
        SetupError,
        "Spark cannot listen ({what}): set SPARK_LOCAL_IP to an address of this machine, or free "
        "a port",
    ),
    _cause(
        r"AccessDeniedException: (?P<what>[^\n]+)|"
        r"FileNotFoundException: (?P<file>[^\n]+) \(Permission denied\)",
        StorageError,
        "Spark or BigDL may not use {what}: give this user the permission, or set GRAFT_HOME and "
        "TMPDIR to folders that it may write",
    ),
    _cause(
        r"is bigger than spark\.driver\.maxResultSize",
        SetupError,
        "the results of Spark's tasks are larger than spark.driver.maxResultSize: raise it in the "
        "Spark connection, and driver_memory with it",
    ),
)


def jvm_failure(text: str) -> GraftError | None:
    """Return the error for a failed JVM, None if its words tell none of the known causes.

    Args:
        text: what it said last, or the text of an error of Spark.
    """
    for cause in _CAUSES:
        if found := cause.pattern.search(text):
            on_executor = bool(_EXECUTOR.search(text))
            return cause.error(
                cause.message.format(
                    place="Spark executor" if on_executor else "Spark driver",
                    setting="executor_memory" if on_executor else "driver_memory",
                    what=shown(next(filter(None, found.groupdict().values()), "")),
                )
            )
    return None


def last_words(text: str) -> str:
    """Return the innermost exception in a JVM's or Python's words in one line, else its last line.

    Args:
        text: what it said last.
    """
    found = [match for match in _EXCEPTION.finditer(text) if not _is_wrapper(match[1])]
    told = [match for match in found if match[2]]
    for match in reversed(told or found):
        name = match[1].rpartition(".")[2]
        return shown(f"{name}: {match[2]}" if match[2] else name)
    stripped = (line.strip() for line in text.splitlines())
    lines = [line for line in stripped if line and not line.endswith(_NO_COMMAND)]
    return shown(lines[-1]) if lines else "it said nothing"


def _is_wrapper(name: str) -> bool:
    return name.rpartition(".")[2] in _WRAPPERS
