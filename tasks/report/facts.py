"""Facts of a run's report, gathered from the files of the run."""

import functools
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tasks.errors import DataError
from tasks.evaluation.class_scores import (
    ClassScores,
    IntArray,
    class_scores,
    confusion_matrix,
    majority_baseline,
    mean_of_finite,
    most_mistaken,
    row_shares,
)
from tasks.evaluation.interval import wilson_interval
from tasks.models.predictions import read_predictions
from tasks.report.chart import line_chart
from tasks.report.class_maps import PictureMaps
from tasks.report.data_checks import data_check_facts
from tasks.report.evaluation import evaluation_facts
from tasks.report.heatmaps import class_maps, newest_maps
from tasks.report.pictures import PICTURE_SIZE
from tasks.report.wrong_pictures import MOST_PICTURES, Explain, wrong_pictures
from tasks.runs.metrics import METRICS, RunMetrics
from tasks.runs.outcome import read_metrics
from tasks.runs.record import WITHOUT_ARTIFACT, Step, read_steps
from tasks.runs.summary import parity_sentence
from tasks.serving.find_model import model_of_run
from tasks.storage.paths import Home

#: Most classes of a confusion matrix; a larger one is too large to read, and for a page.
MOST_CLASSES = 100
_MOST_MISTAKES = 10


def report_facts(home: Home, run_id: str) -> dict[str, Any]:
    """Return the variables of the report's template.

    Raises:
        DataError: the run left no metrics, its predictions are gone, or one of them is damaged.
    """
    metrics = read_metrics(home, run_id)
    if metrics is None:
        raise DataError(
            f"{home.run(run_id)} has no {METRICS}; expected the folder of a run that trained to "
            "its end, or the run's id"
        )
    steps = read_steps(home, run_id)
    return {
        "run_id": metrics.run_id,
        "metrics": metrics,
        "data": metrics.data,
        "plan": asdict(metrics.plan),
        "parity": parity_sentence(metrics.parity),
        "steps": [step for step in steps if step.task_id not in WITHOUT_ARTIFACT],
        "params": _params(metrics, steps),
        **_curves(metrics),
        **_scores(home, metrics),
        "data_checks": data_check_facts(home, metrics),
    }


def _params(metrics: RunMetrics, steps: Sequence[Step]) -> dict[str, Any]:
    """Return the run's params; those of the job where it was submitted by hand."""
    return next((step.params for step in steps if step.params is not None), metrics.config)


def _curves(metrics: RunMetrics) -> dict[str, Any]:
    epochs = metrics.epochs
    chart = functools.partial(line_chart, [str(e.epoch) for e in epochs], x_label="epoch")
    return {
        "loss": chart([epoch.loss for epoch in epochs], y_label="training loss"),
        "accuracy": chart(
            [epoch.top1 for epoch in epochs],
            y_label="top-1 accuracy",
            intervals=[wilson_interval(epoch.top1, epoch.count) for epoch in epochs],
            level=metrics.top1,
            most=1.0,
        ),
    }


def _scores(home: Home, metrics: RunMetrics) -> dict[str, Any]:
    names = metrics.class_names
    predictions = read_predictions(home.models / metrics.model.digest)
    confusion = confusion_matrix(
        label=predictions.label, prediction=predictions.prediction, class_count=len(names)
    )
    baseline = majority_baseline(confusion)
    # Where GRAFT_HOME is a URL, this is the copy on this machine.
    dataset = home.datasets / metrics.digests.validation["dataset"]
    return {
        "class_names": names,
        **evaluation_facts(metrics, predictions),
        "baseline": {"name": names[baseline.label], "top1": baseline.top1},
        **_confusion(confusion, names),
        **_classes(class_scores(confusion), names),
        "wrong": wrong_pictures(predictions, names, dataset, _explain(home, metrics.run_id)),
        "most_pictures": MOST_PICTURES,
        "picture_size": PICTURE_SIZE,
    }


def _explain(home: Home, run_id: str) -> Explain:
    """Return what makes heat maps with the model that a run exported."""

    def explain(
        pictures: Sequence[Path], labels: Sequence[tuple[int, ...]]
    ) -> Sequence[PictureMaps | None]:
        model = model_of_run(home, home.run(run_id)).folder
        kept = home.heatmaps(run_id)
        return class_maps(model, pictures, labels, kept=kept, others=newest_maps(home))

    return explain


def _confusion(confusion: IntArray, names: Sequence[str]) -> dict[str, Any]:
    shown = len(names) <= MOST_CLASSES
    kinds = int(np.count_nonzero(confusion) - np.count_nonzero(np.diag(confusion)))
    return {
        "confusion": confusion.tolist() if shown else None,
        "shares": row_shares(confusion).tolist() if shown else None,
        "mistakes": [
            {"label": names[label], "prediction": names[prediction], "count": count}
            for label, prediction, count in most_mistaken(confusion, _MOST_MISTAKES)
        ],
        "kinds_of_mistakes": kinds,
        "wrong_count": int(confusion.sum() - np.trace(confusion)),
    }


def _classes(scores: ClassScores, names: Sequence[str]) -> dict[str, Any]:
    columns = {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1}
    return {
        "scores": [
            {
                "name": name,
                "support": int(scores.support[i]),
                "interval": _interval(scores, i),
                **{key: float(column[i]) for key, column in columns.items()},
            }
            for i, name in enumerate(names)
        ],
        "macro": {key: mean_of_finite(column) for key, column in columns.items()},
    }


def _interval(scores: ClassScores, label: int) -> tuple[float, float] | None:
    """Return the interval of a class's recall; None where it has no records."""
    count = int(scores.support[label])
    return wilson_interval(float(scores.recall[label]), count) if count else None
