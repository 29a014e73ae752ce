"""Environments in which a Python program starts a Spark of its own."""

from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.spark_conf_dir import write_spark_defaults
from tasks.spark.settings import submit_env
from tasks.storage.paths import Home

#: Joins a Spark in a process of its own and returns what it said.
Join = Callable[..., str]


def spark_environ(home: Home, master: str, conf: Mapping[str, str]) -> dict[str, str]:
    """Return what a program needs to start Spark as ``spark-submit`` would start the job.

    Args:
        home: where Spark's configuration is written.
        master: Spark's master URL.
        conf: settings beside Graft's own.
    """
    write_spark_defaults(home)
    options = " ".join(f"--conf {name}={value}" for name, value in conf.items())
    return {
        **submit_env(),
        "SPARK_CONF_DIR": str(home.spark_conf),
        "PYSPARK_SUBMIT_ARGS": f"--master {master} {options} pyspark-shell",
    }


def linked_spark_home(spark_home: Path, folder: Path) -> Path:
    """Fill a folder with links to a SPARK_HOME and return it.

    The workers of ``local-cluster`` write below SPARK_HOME, which is no place for a test's files.
    """
    folder.mkdir(exist_ok=True)
    for path in spark_home.iterdir():
        (folder / path.name).symlink_to(path)
    return folder
