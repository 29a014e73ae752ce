"""Submits the training job to Spark and brings its result back."""

import os
import time
from collections.abc import Mapping
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import BaseHook, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from graft_airflow.steps import current_run, failing_at_once
from tasks.job_outcome import clear_outcome, read_error, read_metrics
from tasks.parent_guard import TASK_PID
from tasks.run_record import record_step
from tasks.spark_settings import TRAIN_JOB, lacks_yarn_conf, submit_conf, submit_env

_EXAMPLE = '{"conn_type": "spark", "host": "local[*]"}'


class TrainClassifierOperator(SparkSubmitOperator):
    """A SparkSubmitOperator that knows BigDL's settings and the job's result.

    It returns the artefact of the trained model with its accuracy. An error that the user can
    mend fails the task at once, with the job's own words.
    """

    def __init__(self, *, conf: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(application=str(TRAIN_JOB), conf=dict(conf or {}), **kwargs)

    def execute(self, context: Context) -> dict[str, Any]:  # type: ignore[override] # the provider's returns nothing, ours the result
        """Run the job to its end and return its facts."""
        started = time.monotonic()
        with failing_at_once():
            run = current_run(context)
            clear_outcome(run.home, run.run_id)
            self.conf = {**submit_conf(), **(self.conf or {})}
        self.env_vars = {
            **submit_env(),
            **run.home.environ(),
            TASK_PID: str(os.getpid()),
            **(self.env_vars or {}),
        }
        self.log.info("Spark master: %s", self._require_master())
        try:
            super().execute(context)
        except AirflowException as error:
            explained = read_error(run.home, run.run_id)
            if explained:
                raise AirflowFailException(explained) from None
            raise AirflowException(f"the Spark job broke: {error}") from None
        metrics = read_metrics(run.home, run.run_id)
        if metrics is None:
            raise AirflowException(
                f"the Spark job ended well but left no metrics.json in {run.home.run(run.run_id)}"
            )
        facts = {
            **metrics["model"],
            **{key: metrics[key] for key in ("top1", "epochs", "features", "stages", "plan")},
            "seconds": time.monotonic() - started,
        }
        record_step(run.home, run.run_id, self.task_id, facts)
        return {**metrics["model"], "top1": metrics["top1"]}

    def _require_master(self) -> str:
        """Return Spark's master; the provider would take YARN where no connection is set."""
        try:
            BaseHook.get_connection(self._conn_id)
        except AirflowException:
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} is not set, so nothing says where Spark "
                f"is. For this machine: export AIRFLOW_CONN_{self._conn_id.upper()}='{_EXAMPLE}'; "
                "or add it under Admin, Connections, with the master URL as host"
            ) from None
        self._hook = self._get_hook()
        master = str(self._hook._connection["master"])
        if self._hook._connection["deploy_mode"] == "cluster":
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} says deploy mode cluster, expected "
                "client: the driver has to see GRAFT_HOME and this task"
            )
        if lacks_yarn_conf(master, os.environ):
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} says yarn, but neither HADOOP_CONF_DIR "
                f"nor YARN_CONF_DIR is set. For this machine instead: {_EXAMPLE}"
            )
        return master
