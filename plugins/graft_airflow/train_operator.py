"""Submits the training job to Spark and brings its result back."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import BaseHook, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from graft_airflow.links import LINK_KEY, RunLink
from graft_airflow.steps import Run, current_run, failing_at_once
from tasks.datasets.pair import Pair
from tasks.errors import ClusterError
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import clear_outcome, read_error, read_metrics
from tasks.runs.record import read_steps, record_step
from tasks.spark.parent_guard import TASK_PID
from tasks.spark.settings import TRAIN_JOB, executor_conf, lacks_yarn_conf, submit_conf, submit_env

_EXAMPLE = '{"conn_type": "spark", "host": "local[*]"}'
_CONF_EXAMPLE = '{"spark.executor.memoryOverhead": "2g"}'
# Nobody waits for the end of such runs.
_UNATTENDED = {"scheduled", "asset_triggered"}
_SPARK_UI = re.compile(r"Spark UI: (https?://\S+)")
_EXIT_CODE = re.compile(r"Error code is: (-?\d+)")
# A shell's statuses above it, and a JVM's, are 128 and the signal that killed.
_LAST_STATUS = 128


class TrainClassifierOperator(SparkSubmitOperator):
    """A SparkSubmitOperator that knows BigDL's settings and the job's result.

    It returns the artefact of the trained model with its accuracy. An error that the user can
    mend fails the task at once, with the job's own words; what a cluster lost is tried again, and
    the job goes on where it was.

    A run that the schedule or an asset started is skipped where a model of the same inputs is
    there. Its outlets are updated by a training, not by a model that was found.
    """

    operator_extra_links = (RunLink(),)

    def __init__(self, *, conf: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(application=str(TRAIN_JOB), conf=dict(conf or {}), **kwargs)

    def execute(self, context: Context) -> dict[str, Any]:  # type: ignore[override] # the provider's returns nothing, ours the result
        """Run the job to its end and return its facts."""
        with failing_at_once(context, self.task_id):
            return self._train(context)

    def _train(self, context: Context) -> dict[str, Any]:
        started = time.monotonic()
        run = current_run(context)
        clear_outcome(run.home, run.run_id)
        if context["dag_run"].run_type in _UNATTENDED and not run.params.force:
            self._skip_unchanged(context, run)
        given = dict(self.conf or {})
        master = self._require_master()
        sized = executor_conf(master, run.params.executors, run.params.executor_cores)
        self.conf = {**submit_conf(), **sized, **given, **self._connection_conf()}
        self.env_vars = {
            **submit_env(),
            **run.home.environ(),
            TASK_PID: str(os.getpid()),
            **(self.env_vars or {}),
        }
        self.log.info("Spark master: %s", master)
        self._hook = hook = self._get_hook()
        # On Kubernetes the provider hands these to a driver in a pod, and ours is no pod.
        hook._env = self.env_vars
        _link_while_running(hook, context["ti"])
        try:
            super().execute(context)
        except AirflowException as error:
            raise self._cause(error, run) from None
        metrics = read_metrics(run.home, run.run_id)
        if metrics is None:
            raise AirflowException(
                f"the Spark job ended well but left no metrics.json in {run.home.run(run.run_id)}"
            )
        content = metrics.as_json()
        facts = {
            **metrics.model.as_json(),
            **{key: content[key] for key in ("top1", "epochs", "features", "stages", "plan")},
            "params": run.shown_params(),
            "seconds": time.monotonic() - started,
        }
        record_step(run.home, run.run_id, self.task_id, facts)
        self._update_assets(context, metrics)
        return {**metrics.model.as_json(), "top1": metrics.top1}

    def _skip_unchanged(self, context: Context, run: Run) -> None:
        """Skip the training of a run that nobody asked for if it would make a model that is there.

        A run that somebody triggered has the job look for it: that run is to end with a report.
        """
        from tasks.models.find import find_trained

        steps = {step.task_id: step for step in read_steps(run.home, run.run_id)}
        dumps = Pair(steps["dump_train"].digest, steps["dump_validation"].digest)
        found = find_trained(run.home, dumps, run.params)
        # What an earlier try of this run finished is to be reported and told of.
        if found is None or not _was_there(found.finished_at, context):
            return
        facts = {**found.as_dict(), "unchanged": True, "seconds": 0.0}
        record_step(run.home, run.run_id, self.task_id, facts)
        raise AirflowSkipException(
            f"nothing to train: data set, checkpoint and params are those of {found.path}, trained "
            f"{found.finished_at}, top-1 accuracy {found.top1:.4f}; force trains again"
        )

    def _update_assets(self, context: Context, metrics: RunMetrics) -> None:
        """Tell who follows the model that there is a new one, unless it was there before the run.

        A model that an earlier try of this run finished is new, too.
        """
        model = metrics.model
        if model.reused and _was_there(metrics.finished_at, context):
            self.outlets = []
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {
                "digest": model.digest,
                "accuracy": metrics.top1,
                "path": model.path,
                "run_id": context["run_id"],
            }

    def _cause(self, error: AirflowException, run: Run) -> Exception:
        """Return what to fail with, once ``spark-submit`` has."""
        explained = read_error(run.home, run.run_id)
        if explained:
            return explained
        ended = _EXIT_CODE.search(str(error))
        code = int(ended[1]) if ended else 0
        if code < 0 or code > _LAST_STATUS:
            return ClusterError(
                f"the Spark driver was killed (exit code {code}): by someone, or because this "
                "machine ran out of memory; see driver_memory"
            )
        return AirflowException(f"the Spark job broke: {error}")

    def _require_master(self) -> str:
        """Return Spark's master; the provider would take YARN where no connection is set."""
        try:
            connection = BaseHook.get_connection(self._conn_id)
        except AirflowException:
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} is not set, so nothing says where Spark "
                f"is. For this machine: export AIRFLOW_CONN_{self._conn_id.upper()}='{_EXAMPLE}'; "
                "or add it under Admin, Connections, with the master URL as host"
            ) from None
        try:
            resolved = self._get_hook()._connection
        except (NameError, RuntimeError):  # by whether the import failed or was optional
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} names {connection.host!r}, and the "
                "Spark provider takes every master with k8s in its name for Kubernetes: install "
                "apache-airflow-providers-cncf-kubernetes, or give a standalone master another name"
            ) from None
        master = str(resolved["master"])
        self._require_client(master, resolved["deploy_mode"])
        return master

    def _connection_conf(self) -> dict[str, str]:
        """Return what a cluster's connection says of Spark: ``conf`` in its extra."""
        conf = BaseHook.get_connection(self._conn_id).extra_dejson.get("conf", {})
        if not isinstance(conf, dict) or not all(name.startswith("spark.") for name in conf):
            # Not the settings themselves: one may be a password.
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} has a {type(conf).__name__} as conf in "
                f"its extra, expected an object of Spark settings such as {_CONF_EXAMPLE}"
            )
        return {name: str(value) for name, value in conf.items()}

    def _require_client(self, master: str, deploy_mode: str | None) -> None:
        if deploy_mode == "cluster":
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} says deploy mode cluster, expected "
                "client: the driver has to see GRAFT_HOME and this task"
            )
        if master.startswith("spark://") and "yarn" in master:
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} names {master}, and the Spark provider "
                "takes every master with yarn in its name for YARN: give this one another name"
            )
        if lacks_yarn_conf(master, os.environ):
            raise AirflowFailException(
                f"the Airflow connection {self._conn_id!r} says yarn, but neither HADOOP_CONF_DIR "
                f"nor YARN_CONF_DIR is set. For this machine instead: {_EXAMPLE}"
            )


def _was_there(finished_at: str, context: Context) -> bool:
    """Whether what was finished then is older than the run."""
    started = context["dag_run"].start_date
    return started is not None and datetime.fromisoformat(finished_at) < started


def _link_while_running(hook: SparkSubmitHook, ti: Any) -> None:
    """Have the task's link lead to Spark's UI from when the job says where that is."""
    process = hook._process_spark_submit_log

    def watched(lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            if found := _SPARK_UI.search(line):
                try:
                    ti.xcom_push(key=LINK_KEY, value=found[1])
                except Exception:
                    # Hours of training do not end for want of a link.
                    hook.log.warning("no link to Spark's page: %s", found[1], exc_info=True)
            yield line

    # An operator cannot name the class of its hook.
    hook._process_spark_submit_log = lambda itr: process(watched(itr))  # type: ignore[method-assign] # one hook only
