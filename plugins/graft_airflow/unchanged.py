"""Skip policy: a run that nobody triggered ends where its pipeline has its model already."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

from graft_airflow.run import Run
from tasks.datasets.pair import Pair
from tasks.evaluation.interval import accuracy_text
from tasks.runs.record import record_step

# Types of runs that nobody triggered, so nobody waits for their end.
_UNATTENDED = {"scheduled", "asset_triggered"}


def skip_unchanged(
    context: Mapping[str, Any],
    run: Run,
    *,
    task_id: str,
    dumps: Pair[str],
    exclude: str | None = None,
) -> None:
    """Skip the training if nobody triggered the run and its pipeline has registered its model.

    A run that somebody triggered goes on: the job finds the model, and the run ends with a report.
    So does the first run of a pipeline that shares data set and params with another one: the model
    of the other becomes a version of this one as well.

    Args:
        context: the task's.
        run: the task's run.
        task_id: the task's name in the run's record.
        dumps: digests of the training and of the validation dump.
        exclude: SHA-256 of the entries of the list to exclude, None without a list.

    Raises:
        AirflowSkipException: the model is a version of the pipeline.
        DataError: the pipeline's registry is damaged.
    """
    from tasks.models.find import find_trained
    from tasks.registry.history import read_registry

    if context["dag_run"].run_type not in _UNATTENDED or run.params.force:
        return
    versions = read_registry(run.home, run.pipeline).versions.values()
    registered = {version.model for version in versions}
    found = find_trained(run.home, dumps, run.params, among=registered, exclude=exclude)
    # If an earlier try of this run trained the model, go on: report and promotion are still due.
    if found is None or not finished_before(found.finished_at, context):
        return
    facts = {**found.as_dict(), "unchanged": True, "seconds": 0.0}
    record_step(run.home, run.run_id, task_id, facts)
    raise AirflowSkipException(
        f"nothing to train: data set, checkpoint and params are those of {found.path}, trained "
        f"{found.finished_at}, top-1 accuracy "
        f"{accuracy_text(found.top1, found.records)}; force trains again"
    )


def finished_before(finished_at: str, context: Mapping[str, Any]) -> bool:
    """Say whether a training ended before the run started.

    Args:
        finished_at: end of the training, ISO 8601 with an offset.
        context: of a task of the run.
    """
    started = context["dag_run"].start_date
    return started is not None and datetime.fromisoformat(finished_at) < started
