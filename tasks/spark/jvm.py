"""A JVM with BigDL on its class path for steps that run outside Spark."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from tasks.errors import GraftError, SetupError
from tasks.spark.errors import user_errors
from tasks.spark.failures import jvm_failure, last_words
from tasks.spark.settings import network_env, submit_conf, submit_env
from tasks.spark.user import log_in

_LAST_BYTES = 2**16

# Of a JVM that holds nothing large.
_HEAP_MIB = 1024


@contextmanager
def bigdl_jvm(heap: int = _HEAP_MIB) -> Iterator[Any]:
    """Start a JVM without a Spark context, yield its py4j gateway and end it.

    Args:
        heap: the most memory that its objects may take, in MiB.
    """
    from pyspark import SparkConf
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    conf = {**submit_conf(), "spark.driver.memory": f"{heap}m"}
    with tempfile.TemporaryFile() as said:
        try:
            with patch.dict(os.environ, {**submit_env(), **network_env("local")}):
                gateway = launch_gateway(
                    SparkConf(loadDefaults=False).setAll(conf.items()),
                    # Java tells on its standard output why it does not start. What BigDL prints
                    # of every class that it registers goes with the file.
                    popen_kwargs={"stdout": said, "stderr": said},
                )
        except PySparkRuntimeError as error:
            raise _start_error(said) from error
    try:
        log_in(gateway.jvm, os.environ)
        yield gateway
    finally:
        gateway.shutdown()
        gateway.proc.stdin.close()
        try:
            gateway.proc.wait(timeout=60)
        except subprocess.TimeoutExpired:
            gateway.proc.kill()


def _start_error(said: IO[bytes]) -> GraftError:
    """Return the error for a JVM that did not start, from what it said."""
    said.seek(max(0, said.seek(0, os.SEEK_END) - _LAST_BYTES))
    text = said.read().decode("utf-8", "backslashreplace")
    return jvm_failure(text) or SetupError(
        f"no JVM with BigDL starts: {last_words(text)}; run make doctor"
    )


def save_tensors(tensors: Mapping[str, npt.NDArray[np.float32]], path: Path) -> None:
    """Write a tensor dictionary, the ``model.bin`` that BigDL's loader reads.

    The arrays keep TensorFlow's layout. They reach the JVM in a file: py4j fails with more than
    about 100 MB. BigDL's own ``dump_model`` writes the same, but needs a TensorFlow 1 API that no
    longer exists.
    """
    size = sum(value.nbytes for value in tensors.values())
    with (
        tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".values") as values,
        bigdl_jvm(_HEAP_MIB + 2 * size // 2**20) as gateway,
        user_errors(),
    ):
        for value in tensors.values():
            values.write(np.ascontiguousarray(value, "<f4").tobytes())
        values.flush()
        lists = gateway.jvm.java.util.ArrayList
        names, shapes = lists(), lists()
        for name, value in tensors.items():
            names.add(name)
            shape = lists()
            for length in value.shape:
                shape.add(length)
            shapes.add(shape)
        package = graft_package(gateway.jvm)
        package.TensorDictionary.save(values.name, names, shapes, str(path))


def require_same_folder(jvm: Any, folder: Path) -> None:
    """Check that Java finds a folder of this machine under the path that Python has for it.

    Raises:
        SetupError: Java's locale has no characters for the path.
    """
    if not jvm.java.io.File(str(folder)).isDirectory():
        raise SetupError(
            f"Java cannot spell {folder} in its locale and would write to another folder: set "
            "LC_ALL=C.UTF-8, as env.sh does, or GRAFT_HOME to a folder whose name is plain ASCII"
        )


_PACKAGE = "com.intel.analytics.bigdl.graft"


def graft_package(jvm: Any) -> Any:
    """Return the package of ``jvm/``'s classes in a JVM.

    Raises:
        SetupError: the package is not on the JVM's class path.
    """
    try:
        jvm.java.lang.Class.forName(f"{_PACKAGE}.FeatureEngine")
    except Exception as error:
        raise SetupError(
            f"{_PACKAGE}.FeatureEngine is not on the driver's class path: run make setup, "
            "and source env.sh before spark-submit"
        ) from error
    return jvm.com.intel.analytics.bigdl.graft
