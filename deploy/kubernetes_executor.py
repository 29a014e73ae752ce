"""Starts a Spark executor in a Kubernetes pod.

Spark runs the image's entry point with the argument ``executor`` and passes everything else in
environment variables (``BasicExecutorFeatureStep`` of Spark 3.5's resource manager for Kubernetes).
"""

import os
import re
import sys
from collections.abc import Mapping
from typing import NoReturn

from tasks.errors import SetupError

_BACKEND = "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend"
_ARGUMENTS = {
    "--driver-url": "SPARK_DRIVER_URL",
    "--executor-id": "SPARK_EXECUTOR_ID",
    "--cores": "SPARK_EXECUTOR_CORES",
    "--app-id": "SPARK_APPLICATION_ID",
    "--hostname": "SPARK_EXECUTOR_POD_IP",
    "--resourceProfileId": "SPARK_RESOURCE_PROFILE_ID",
    "--podName": "SPARK_EXECUTOR_POD_NAME",
}
_OPTION = re.compile(r"SPARK_JAVA_OPT_(\d+)")


def executor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the command line of the executor's JVM.

    Raises:
        SetupError: a variable that Spark sets in an executor's pod is missing.
    """
    needed = ["JAVA_HOME", "SPARK_EXECUTOR_MEMORY", "SPARK_CLASSPATH", *_ARGUMENTS.values()]
    missing = [name for name in needed if name not in environ]
    if missing:
        raise SetupError(
            f"{', '.join(missing)} not set: this command is for pods that Spark starts as executors"
        )
    numbers = sorted(int(found[1]) for name in environ if (found := _OPTION.fullmatch(name)))
    memory = environ["SPARK_EXECUTOR_MEMORY"]
    return [
        f"{environ['JAVA_HOME']}/bin/java",
        *(environ[f"SPARK_JAVA_OPT_{number}"] for number in numbers),
        f"-Xms{memory}",
        f"-Xmx{memory}",
        "-cp",
        environ["SPARK_CLASSPATH"],
        _BACKEND,
        *(word for flag, name in _ARGUMENTS.items() for word in (flag, environ[name])),
    ]


def main() -> NoReturn:
    """Replace this process by the executor; if that fails, say why in one line and exit with 1."""
    try:
        command = executor_command(os.environ)
    except SetupError as error:
        sys.exit(f"error: {error}")
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
