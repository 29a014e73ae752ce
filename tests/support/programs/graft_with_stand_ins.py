"""The command ``graft`` with programs of the folder ``$STAND_INS`` for Airflow's and Spark's own.

``doctor`` finds what ``$FINDING`` says, a line that starts with ok or FIX.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from deploy.cli.app import main
from deploy.doctor import Finding
from deploy.ui_settings import ui_environment

FOLDER = Path(os.environ["STAND_INS"])


def examine() -> Iterator[Finding]:
    """Find one thing."""
    state, name, text = os.environ.get("FINDING", "ok Java: 17").replace(":", "").split()
    yield Finding(name, state == "ok", text)


def environment(port: int) -> dict[str, str]:
    """Return the environment of Airflow's parts with the folder first on PATH."""
    return {**ui_environment(port), "PATH": f"{FOLDER}:/usr/bin:/bin"}


with (
    patch("deploy.doctor.examine", examine),
    patch("deploy.dags_test.airflow_program", lambda: [str(FOLDER / "airflow")]),
    patch("deploy.ui.ui_environment", environment),
    patch("deploy.submit.spark_home", lambda: FOLDER),
):
    main()
