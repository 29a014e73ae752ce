"""The environment in which Airflow, Spark and the job run.

The command ``graft`` sets it for itself; ``env.sh`` and ``scripts/entrypoint.sh`` evaluate what
``python -m deploy.environment`` prints. So a shell, containers and the tests have the same one.
"""

import os
import shlex
import sys
from collections.abc import Mapping

from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION
from deploy.foreign import OWN, airflow_settings, python_path, unused, without_foreign
from deploy.spark_conf_dir import write_spark_defaults
from tasks.errors import GraftError
from tasks.networks.slim_library import library_environ
from tasks.params.installation import pipelines_environ
from tasks.spark.authentication import daemon_env
from tasks.spark.settings import submit_env
from tasks.spark.user import user_env
from tasks.storage.paths import CHECKOUT, Home

_ACTIVE_RUNS = "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG"


def environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables to set; a Spark connection that is set already stays."""
    current = os.environ if environ is None else environ
    home = Home.from_environ(current)
    own = current if current.get(OWN) else {}
    return {
        **submit_env(current),
        **daemon_env(own or without_foreign(current)),
        **home.environ(),
        **user_env(current, str(home.root)),
        **library_environ(current),
        **pipelines_environ(current),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([str(CHECKOUT), *python_path(current)])),
        "SPARK_CONF_DIR": str(home.spark_conf),
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # Airflow's default asks a name server.
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        # Two runs at once would share one machine's cores and memory; a cluster takes more.
        _ACTIVE_RUNS: own.get(_ACTIVE_RUNS, "1"),
        **airflow_settings(current),
        SPARK_CONNECTION: current.get(SPARK_CONNECTION, LOCAL_SPARK),
    }


def whole_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment of Graft's processes, without what other programs need."""
    current = os.environ if environ is None else environ
    return {**without_foreign(current), **environment(current)}


def set_environment() -> dict[str, str]:
    """Give this process, and all that it starts, the environment.

    Returns:
        What to say about the user's variables that are not used, by kind of program.
    """
    ours = whole_environment()
    said = unused(os.environ, ours)
    theirs = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    wanted = ours["PYTHONPATH"].split(os.pathsep)
    sys.path[:] = [folder for folder in sys.path if folder not in theirs or folder in wanted]
    for name in os.environ.keys() - ours.keys():
        del os.environ[name]
    os.environ.update(ours)
    return said


def main() -> int:
    """Print the environment as shell commands; return 1 if GRAFT_HOME cannot be used."""
    try:
        ours = whole_environment()
        for name in sorted(os.environ.keys() - ours.keys()):
            sys.stdout.write(f"unset {name}\n")
        changed = {name: value for name, value in ours.items() if os.environ.get(name) != value}
        for name, value in {**changed, **environment()}.items():
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        write_spark_defaults(Home.from_environ())
        for line in unused(os.environ, ours).values():
            sys.stderr.write(f"{line}\n")
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
