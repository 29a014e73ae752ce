"""The environment in which Airflow, Spark and the job run.

The command ``graft`` sets it for itself; ``env.sh`` and ``scripts/entrypoint.sh`` evaluate what
``python -m deploy.environment`` prints. So a shell, containers and the tests have the same one.
"""

import os
import shlex
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION
from tasks.errors import GraftError
from tasks.spark.settings import submit_conf, submit_env
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import CHECKOUT, Home

_ACTIVE_RUNS = "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG"


def environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables to set; a Spark connection that is set already stays."""
    current = os.environ if environ is None else environ
    home = Home.from_environ(current)
    python_path = [p for p in current.get("PYTHONPATH", "").split(os.pathsep) if p]
    return {
        **submit_env(current),
        **home.environ(),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([str(CHECKOUT), *python_path])),
        "SPARK_CONF_DIR": str(home.spark_conf),
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # Two runs at once would share one machine's cores and memory; a cluster takes more.
        _ACTIVE_RUNS: current.get(_ACTIVE_RUNS, "1"),
        SPARK_CONNECTION: current.get(SPARK_CONNECTION, LOCAL_SPARK),
    }


def set_environment() -> None:
    """Set the variables for this process and for all that it starts."""
    os.environ.update(environment())


def write_spark_defaults(home: Home) -> Path:
    """Write the settings of a ``spark-submit`` by hand to ``SPARK_CONF_DIR``; return the file."""
    lines = [f"{key} {value}\n" for key, value in submit_conf().items()]
    path = home.spark_conf / "spark-defaults.conf"
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # A random name: process ids repeat in containers that share GRAFT_HOME.
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            aside = Path(folder) / path.name
            aside.write_text("".join(lines), encoding="utf-8")
            aside.replace(path)
    return path


def main() -> int:
    """Print the environment as shell commands; return 1 if GRAFT_HOME cannot be used."""
    try:
        for name, value in environment().items():
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        write_spark_defaults(Home.from_environ())
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
