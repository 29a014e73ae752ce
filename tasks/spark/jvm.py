"""A JVM with BigDL on its class path for steps that run outside Spark."""

import os
import pickle
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from tasks.errors import SetupError
from tasks.spark.errors import user_errors
from tasks.spark.settings import network_env, submit_conf, submit_env
from tasks.spark.user import log_in


@contextmanager
def bigdl_jvm() -> Iterator[Any]:
    """Start a JVM without a Spark context, yield its py4j gateway and end it."""
    from pyspark import SparkConf
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    try:
        with patch.dict(os.environ, {**submit_env(), **network_env("local")}):
            gateway = launch_gateway(
                SparkConf(loadDefaults=False).setAll(submit_conf().items()),
                # Discarded, because BigDL prints every class that it registers.
                popen_kwargs={"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL},
            )
    except PySparkRuntimeError as error:
        raise SetupError(f"no JVM with BigDL starts: run make doctor ({error})") from error
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


def save_tensors(tensors: Mapping[str, npt.NDArray[np.float32]], path: Path) -> None:
    """Write a tensor dictionary, the ``model.bin`` that BigDL's loader reads.

    The arrays keep TensorFlow's layout. BigDL's own ``dump_model`` writes the same, but needs a
    TensorFlow 1 API that no longer exists.
    """
    from bigdl.dllib.utils.common import JTensor

    dictionary = {name: JTensor.from_ndarray(value) for name, value in tensors.items()}
    with bigdl_jvm() as gateway, user_errors():
        serde = gateway.jvm.org.apache.spark.bigdl.api.python.BigDLSerDe
        python_api = gateway.jvm.com.intel.analytics.bigdl.dllib.utils.python.api.PythonBigDL
        loaded = serde.loads(bytearray(pickle.dumps(dictionary, protocol=2)))
        python_api.ofFloat().saveTensorDictionary(loaded, str(path))


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
