"""Operator that submits the training job to Spark and returns the model."""

import time
from collections.abc import Mapping
from typing import Any

from airflow.sdk import Context, XComArg
from airflow.sdk.exceptions import AirflowException

from graft_airflow.exclude import Fetched, fetch_exclude
from graft_airflow.failures import failing_at_once
from graft_airflow.job_operator import JobOperator
from graft_airflow.lineage_operator import LineageOperator
from graft_airflow.links import RunLink
from graft_airflow.run import Run, current_run
from graft_airflow.spark_connection import read_connection
from graft_airflow.spark_provider import SparkSubmitOperator
from graft_airflow.unchanged import skip_unchanged
from tasks.datasets.pair import Pair
from tasks.params.definitions import JobConfig, JobParams
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import clear_outcome, read_metrics
from tasks.runs.record import record_step
from tasks.spark.settings import TRAIN_JOB
from tasks.training.arguments import job_arguments

#: Result of a step that makes a dump: before the task runs a reference to it, then its facts.
DumpResult = XComArg | Mapping[str, Any]


class TrainClassifierOperator(LineageOperator, JobOperator):
    """SparkSubmitOperator of the training job.

    It returns the facts of the trained model with its accuracy. On a local master, a model that is
    there already is reused without Spark. An error that the user has to mend fails the task at
    once, in the job's own words. If the cluster lost a part, the task is retried and the job goes
    on where it was. A run that the schedule or an asset started is skipped if its pipeline has
    registered its model.

    Args:
        train_dump: result of the step that dumps the training split.
        validation_dump: result of the step that dumps the validation split.
        conn_id: Airflow's Spark connection.
        kwargs: ``conf`` and ``env_vars`` of the provider, and the arguments of every operator.
    """

    template_fields = (*SparkSubmitOperator.template_fields, "train_dump", "validation_dump")
    operator_extra_links = (RunLink(),)

    def __init__(
        self,
        *,
        train_dump: DumpResult,
        validation_dump: DumpResult,
        conn_id: str = "spark_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(job=TRAIN_JOB, conn_id=conn_id, **kwargs)
        self.train_dump: Any = train_dump
        self.validation_dump: Any = validation_dump

    def execute(self, context: Context) -> dict[str, Any]:  # type: ignore[override] # the provider's returns nothing, ours the result
        """Run the job to its end and return its facts."""
        with failing_at_once(context, self.task_id):
            return self._train(context)

    def _train(self, context: Context) -> dict[str, Any]:
        started = time.monotonic()
        run = current_run(context)
        clear_outcome(run.home, run.run_id)
        dumps = Pair(*(str(dump["digest"]) for dump in (self.train_dump, self.validation_dump)))
        exclude = fetch_exclude(run)
        digest = exclude.digest if exclude else None
        skip_unchanged(context, run, task_id=self.task_id, dumps=dumps, exclude=digest)
        metrics = self._reuse(run, dumps, digest) or self._submit(context, run, exclude)
        content = metrics.as_json()
        facts = {
            **metrics.model.as_json(),
            **{key: content[key] for key in ("top1", "epochs", "features", "stages", "plan")},
            "params": run.shown_params(),
            "seconds": time.monotonic() - started,
        }
        record_step(run.home, run.run_id, self.task_id, facts)
        test = {"test_top1": metrics.test.top1} if metrics.test else {}
        return {**metrics.model.as_json(), "top1": metrics.top1, **test}

    def _reuse(self, run: Run, dumps: Pair[str], exclude: str | None) -> RunMetrics | None:
        """Return the metrics of a model that is there already, if that is known without Spark."""
        from tasks.training.reuse import reuse_model

        master = read_connection(self.conn_id).master
        return reuse_model(
            run.home, run.run_id, run.params, dumps=dumps, master=master, exclude=exclude
        )

    def _submit(self, context: Context, run: Run, exclude: Fetched | None) -> RunMetrics:
        """Submit the job and return the metrics that it left."""
        arguments = job_arguments(self._job_config(run, exclude))
        self.run_job(context, arguments, size=run.params, home=run.home, submitted=run)
        metrics = read_metrics(run.home, run.run_id)
        if metrics is None:
            raise AirflowException(
                f"the Spark job ended well but left no metrics.json in {run.home.run(run.run_id)}"
            )
        return metrics

    def _job_config(self, run: Run, exclude: Fetched | None) -> JobConfig:
        params = run.params.model_dump(include=set(JobParams.model_fields))
        # The job reads the file that was fetched here, with this process's credentials.
        params["exclude"] = str(exclude.path) if exclude else None
        dumps = {
            "train_dump": self.train_dump["path"],
            "validation_dump": self.validation_dump["path"],
        }
        return JobConfig(**dumps, run_id=run.run_id, **params)
