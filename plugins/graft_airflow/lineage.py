"""Lineage of a step that ended: its data sets, and facts about run, data, model and promotion."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from graft_airflow.assets import model_asset
from graft_airflow.lineage_datasets import (
    EXTRACT,
    MODELS,
    WRITES,
    artifact_dataset,
    ended_step,
    home_dataset,
    inputs,
)
from graft_airflow.lineage_record import Lineage, LineageDataset, dataset_name
from graft_airflow.run import Run
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import read_metrics
from tasks.runs.record import PROMOTE, Step


def step_lineage(run: Run, task_id: str) -> Lineage:
    """Return the lineage of a step, from the records of its run.

    Raises:
        DataError: a record is damaged.
    """
    step = ended_step(run, task_id)
    metrics = read_metrics(run.home, run.run_id)
    recorded = {"reused": step.reused, "seconds": step.seconds} if step else {}
    facts: dict[str, Mapping[str, Any]] = {
        "graft_run": {"pipeline": run.pipeline, "run_id": run.run_id, **recorded}
    }
    if step and task_id == PROMOTE and metrics and metrics.promotion:
        facts["graft_promotion"] = asdict(metrics.promotion)
    return Lineage(
        inputs=inputs(run, task_id),
        outputs=_outputs(run, step, metrics) if step else (),
        params=run.shown_params(),
        facts=facts,
    )


def model_facts(metrics: RunMetrics) -> dict[str, Any]:
    """Return the facts of a model as JSON types; see ``RunMetrics``."""
    version = {"version": metrics.promotion.version} if metrics.promotion else {}
    test = {"test_top1": metrics.test.top1} if metrics.test else {}
    return {
        **version,
        "digest": metrics.model.digest,
        "network": metrics.network,
        "top1": metrics.top1,
        **test,
        "classes": len(metrics.class_names),
        "records": dict(metrics.records.items()),
        "feature_engine": metrics.config["feature_engine"],
        "finished_at": metrics.finished_at,
    }


def _outputs(run: Run, step: Step, metrics: RunMetrics | None) -> tuple[LineageDataset, ...]:
    if step.task_id == PROMOTE:
        return _champion(run, metrics)
    # A run that is skipped because its model exists has written nothing.
    if step.unchanged or step.task_id not in WRITES:
        return ()
    if step.task_id == EXTRACT:
        return (_records(run, step),)
    about = {"graft_model": model_facts(metrics)} if metrics and step.task_id in MODELS else {}
    made = artifact_dataset(run.home, run.pipeline, step.task_id, step, facts=about)
    return (*_features(run, step, metrics), made)


def _champion(run: Run, metrics: RunMetrics | None) -> tuple[LineageDataset, ...]:
    """Return the champion, which the asset of the model stands for, if the run made one."""
    if metrics is None or metrics.promotion is None or not metrics.promotion.promoted:
        return ()
    champion = LineageDataset(
        name=dataset_name(model_asset(run.pipeline).uri),
        version=str(metrics.promotion.version),
        location=metrics.model.path,
        is_model=True,
        facts={"graft_model": model_facts(metrics)},
    )
    return (champion,)


def _records(run: Run, step: Step) -> LineageDataset:
    """Return the records that ``extract_dataset`` wrote, of all splits."""
    from tasks.datasets.dataset import read_dataset

    found = read_dataset(Path(step.path))
    records = {name: split.records for name, split in found.splits.items()}
    about = {"layout": found.layout, "class_names": list(found.class_names), "records": records}
    return artifact_dataset(
        run.home,
        run.pipeline,
        EXTRACT,
        step,
        rows=sum(records.values()),
        facts={"graft_dataset": about},
    )


def _features(run: Run, step: Step, metrics: RunMetrics | None) -> tuple[LineageDataset, ...]:
    """Return the features that a training made or reused, by split."""
    if step.features is None or metrics is None:
        return ()
    rows = dict(metrics.records.items())
    return tuple(
        LineageDataset(
            name=home_dataset(run.home, f"features/{run.pipeline}/{split}"),
            version=artifact.digest,
            location=artifact.path,
            rows=rows[split],
        )
        for split, artifact in step.features.items()
    )
