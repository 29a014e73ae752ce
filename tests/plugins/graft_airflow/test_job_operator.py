"""Settings that every job of Graft's is submitted with; its subclasses' tests have the rest."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException

from graft_airflow.job_operator import JobOperator
from graft_airflow.score_operator import Scoring
from tasks.params.spark import SparkParams
from tasks.spark.parent_guard import TASK_PID
from tasks.storage.paths import Home

pytestmark = pytest.mark.usefixtures("_outside_airflow")


def test_a_job_gets_its_arguments_and_graft_home_and_its_failure_is_told(
    submit_path: dict[str, str],
    connect: Callable[[str | None], None],
    spark_submit: Any,
    in_run: Any,
    home: Home,
    tmp_path: Path,
) -> None:
    connect('{"conn_type": "spark", "host": "local[2]"}')
    operator = JobOperator(task_id="any", job=tmp_path / "job.py", env_vars=submit_path)
    spark_submit.will("last words", status=1)
    with pytest.raises(AirflowException, match=r"the Spark job broke \(exit code 1\): last words"):
        operator.run_job(
            in_run(), ["-a"], size=SparkParams(), home=home, submitted=Scoring(home, "r")
        )
    assert spark_submit.arguments[-2:] == [str(tmp_path / "job.py"), "-a"]
    assert operator.env_vars is not None
    assert operator.env_vars["GRAFT_HOME"] == str(home.root)
    assert TASK_PID in operator.env_vars
