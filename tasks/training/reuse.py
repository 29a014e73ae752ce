"""Reuse of a trained model without Spark, whose start takes longer than all else of such a run."""

import logging
import os
import re
from functools import partial

from tasks.datasets.pair import Pair
from tasks.models.find import find_trained
from tasks.params.definitions import JobConfig, JobParams
from tasks.runs.metrics import Metrics, RunMetrics
from tasks.runs.outcome import write_metrics
from tasks.storage.artifact import LocalArtifact
from tasks.storage.paths import Home
from tasks.training.result import log_result, metrics_of_run

logger = logging.getLogger(__name__)

_COUNTED = re.compile(r"local\[\d+\]")


def reuse_model(
    home: Home,
    run_id: str,
    params: JobParams,
    *,
    dumps: Pair[str],
    master: str,
    exclude: str | None = None,
) -> RunMetrics | None:
    """Give a run the model that the job would find, and return its metrics; None if there is none.

    The job's recipe holds what only Spark tells, such as the number of cores. That of a local
    master is known without it. A model of another master is left to the job.

    Args:
        home: the folder of all artefacts.
        run_id: the run.
        params: the run's; with ``force`` there is nothing to reuse.
        dumps: digests of the dumps' recipes.
        master: Spark's master URL.
        exclude: SHA-256 of the entries of the list to exclude, None without a list.
    """
    cores = _cores_of(master)
    if cores is None or params.force or home.remote is not None or not home.models.is_dir():
        return None
    names = [path.name for path in home.models.iterdir()]
    suits = partial(_is_planned, master=master, cores=cores)
    found = find_trained(home, dumps, params, among=names, exclude=exclude, suits=suits)
    if found is None:
        return None
    logger.info("feature engine: %s", found.engine.clause())
    logger.info("reused %s, trained %s", found.path, found.finished_at)
    model = LocalArtifact(found.path, found.path.name, reused=True, seconds=0.0)
    metrics = metrics_of_run(model, found.engine, home, run_id)
    write_metrics(home, run_id, metrics)
    log_result(metrics)
    return metrics


def _is_planned(metrics: Metrics, *, master: str, cores: int) -> bool:
    """Say whether a model's training was planned as the operator's job would plan it."""
    bound = JobConfig.model_fields["max_local_mib"].default
    plan = metrics.plan
    return (metrics.config.get("max_local_mib"), plan.master, plan.cores) == (bound, master, cores)


def _cores_of(master: str) -> int | None:
    """Return how many tasks a master of this machine runs at once; None for any other master."""
    if _COUNTED.fullmatch(master):
        return int(master[len("local[") : -1])
    return len(os.sched_getaffinity(0)) if master == "local[*]" else None
