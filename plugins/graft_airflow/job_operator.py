"""Operator that submits one of Graft's jobs to Spark; what its outcome is, its subclasses know."""

import functools
import os
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException

from graft_airflow.links import link_to_spark
from graft_airflow.spark_connection import SparkConnection, read_connection
from graft_airflow.spark_failure import Submitted, cause
from graft_airflow.spark_hook import TrainJobHook
from graft_airflow.spark_provider import SparkSubmitOperator
from tasks.params.spark import SparkParams
from tasks.spark.failures import LAST_LINES
from tasks.spark.parent_guard import TASK_PID
from tasks.spark.private_conf import private_env, without_private
from tasks.spark.settings import executor_conf, network_env, submit_conf, submit_env
from tasks.storage.paths import Home

_LONGEST_LINE = 10_000


class JobOperator(SparkSubmitOperator):
    """SparkSubmitOperator of a job of Graft's.

    Args:
        job: the program.
        conn_id: Airflow's Spark connection.
        kwargs: ``conf`` and ``env_vars`` of the provider, and the arguments of every operator.
    """

    def __init__(self, *, job: Path, conn_id: str = "spark_default", **kwargs: Any) -> None:
        super().__init__(application=str(job), name="graft {{ run_id }}", conn_id=conn_id, **kwargs)
        self.conn_id = conn_id
        self.on_line: Callable[[str], None] | None = None
        self.private_env: dict[str, str] = {}

    def run_job(
        self,
        context: Context,
        arguments: Sequence[str],
        *,
        size: SparkParams,
        home: Home,
        submitted: Submitted,
    ) -> None:
        """Run the job to its end.

        Args:
            context: of the task.
            arguments: of the job.
            size: executors, cores and memory.
            home: the job's ``GRAFT_HOME``.
            submitted: where the job leaves its error.

        Raises:
            AirflowException: the job failed.
            GraftError: the same, in the job's own words.
        """
        connection = read_connection(self.conn_id)
        self.log.info("Spark master: %s", connection.master)
        conf = self._job_conf(size, connection)
        self.conf, self.private_env = without_private(conf), private_env(conf)
        self.env_vars = self._job_env(home, connection.master)
        self.application_args = list(arguments)
        last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self.on_line = functools.partial(_read, context["ti"], last_lines)
        try:
            super().execute(context)
        except AirflowException as error:
            raise cause(error, submitted, "".join(last_lines)) from None

    # The provider has no public way to name the class of the hook.
    def _get_hook(self) -> TrainJobHook:
        return TrainJobHook(
            conn_id=self.conn_id,
            conf=self.conf,
            name=self.name,
            application_args=self.application_args,
            env_vars=self.env_vars,
            private_env=self.private_env,
            on_line=self.on_line,
        )

    def _job_conf(self, size: SparkParams, connection: SparkConnection) -> dict[str, str]:
        """Return the job's Spark settings; those of the cluster's connection come last and win."""
        return {
            **submit_conf(),
            **executor_conf(connection.master, size.executors, size.executor_cores),
            "spark.driver.memory": size.driver_memory,
            "spark.executor.memory": size.executor_memory,
            **(self.conf or {}),
            **connection.conf,
        }

    def _job_env(self, home: Home, master: str) -> dict[str, str]:
        return {
            **submit_env(),
            **network_env(master),
            **home.environ(),
            TASK_PID: str(os.getpid()),
            **(self.env_vars or {}),
        }


def _read(task_instance: Any, last_lines: deque[str], line: str) -> None:
    """Look for the address of Spark's pages in a line of the job's log, and keep the line."""
    link_to_spark(task_instance, line)
    last_lines.append(line[:_LONGEST_LINE])
