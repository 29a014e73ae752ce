"""Gathers what a run's report shows from the files that the run left."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tasks.errors import DataError
from tasks.models.predictions import read_predictions
from tasks.report.chart import line_chart
from tasks.report.pictures import MOST_PICTURES, PICTURE_SIZE, wrong_pictures
from tasks.report.scores import (
    ClassScores,
    FloatArray,
    IntArray,
    class_scores,
    confusion_matrix,
    majority_baseline,
    most_mistaken,
    row_shares,
)
from tasks.runs.outcome import METRICS, read_metrics
from tasks.runs.record import read_steps
from tasks.storage.paths import Home

#: A confusion matrix of more classes is too large to look at, and for a page.
MOST_CLASSES = 100
_MOST_MISTAKES = 20


def report_facts(home: Home, run_id: str) -> dict[str, Any]:
    """Return what the template shows of a run.

    Raises:
        DataError: the run left no metrics, or its predictions are gone.
    """
    metrics = read_metrics(home, run_id)
    if metrics is None:
        raise DataError(
            f"{home.run(run_id)} has no {METRICS}; expected the folder of a run that trained to "
            "its end, or the run's id"
        )
    steps = read_steps(home, run_id)
    return {
        "run_id": metrics["run_id"],
        "metrics": metrics,
        "steps": [step for step in steps if step["task_id"] != "report"],
        "params": _params(metrics, steps),
        **_curves(metrics),
        **_scores(home, metrics),
    }


def _params(metrics: Mapping[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the run's params; those of the job where it was submitted by hand."""
    recorded = [step["params"] for step in steps if "params" in step]
    params: dict[str, Any] = recorded[0] if recorded else metrics["config"]
    return params


def _curves(metrics: Mapping[str, Any]) -> dict[str, Any]:
    names = [str(epoch["epoch"]) for epoch in metrics["epochs"]]

    def curve(label: str, key: str) -> Any:
        values = [epoch[key] for epoch in metrics["epochs"]]
        # JSON has no word for a loss that is no number; one that is missing breaks the line.
        numbers = [math.nan if value is None else float(value) for value in values]
        return line_chart(label, "epoch", names, numbers)

    return {"loss": curve("training loss", "loss"), "accuracy": curve("top-1 accuracy", "top1")}


def _scores(home: Home, metrics: Mapping[str, Any]) -> dict[str, Any]:
    names = metrics["class_names"]
    predictions = read_predictions(home.models / metrics["model"]["digest"])
    confusion = confusion_matrix(predictions.label, predictions.prediction, len(names))
    baseline = majority_baseline(confusion)
    # Where GRAFT_HOME is a URL, this machine's copy of what was published.
    dataset = metrics["digests"]["validation"]["dataset"]
    return {
        "class_names": names,
        "baseline": {"name": names[baseline.label], "top1": baseline.top1},
        **_confusion(confusion, names),
        **_classes(class_scores(confusion), names),
        "wrong": wrong_pictures(predictions, names, home.datasets / dataset),
        "most_pictures": MOST_PICTURES,
        "picture_size": PICTURE_SIZE,
    }


def _confusion(confusion: IntArray, names: Sequence[str]) -> dict[str, Any]:
    shown = len(names) <= MOST_CLASSES
    return {
        "confusion": confusion.tolist() if shown else None,
        "shares": row_shares(confusion).tolist() if shown else None,
        "mistakes": [
            {"label": names[label], "prediction": names[prediction], "count": count}
            for label, prediction, count in most_mistaken(confusion, _MOST_MISTAKES)
        ],
        "wrong_count": int(confusion.sum() - np.trace(confusion)),
    }


def _classes(scores: ClassScores, names: Sequence[str]) -> dict[str, Any]:
    columns = {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1}
    return {
        "scores": [
            {"name": name, "support": int(scores.support[i])}
            | {key: float(column[i]) for key, column in columns.items()}
            for i, name in enumerate(names)
        ],
        "macro": {key: _mean(column) for key, column in columns.items()},
    }


def _mean(column: FloatArray) -> float:
    """Return the mean of what is a number; NaN, without a warning, where nothing is."""
    numbers = column[np.isfinite(column)]
    return float(numbers.mean()) if len(numbers) else math.nan
