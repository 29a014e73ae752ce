"""Writes the report of a run from the files in the run's folder."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.artifact import write_text
from tasks.errors import DataError
from tasks.job_outcome import METRICS, read_metrics
from tasks.paths import Home
from tasks.prediction import read_predictions
from tasks.report.chart import line_chart
from tasks.report.html import render
from tasks.report.pictures import MOST_PICTURES, PICTURE_SIZE, wrong_pictures
from tasks.report.scores import class_scores, confusion_matrix, majority_baseline, row_shares
from tasks.run_record import read_steps


@dataclass(frozen=True)
class Report:
    """A report that was written: where, and in how many seconds."""

    path: Path
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, in the words of an ``Artifact``."""
        return {"path": str(self.path), "reused": False, "seconds": round(self.seconds, 3)}


def write_report(home: Home, run_id: str, path: Path | None = None) -> Report:
    """Write the report of a run that ended well.

    Args:
        home: where the run and its artefacts are.
        run_id: the run.
        path: the file to write; ``report.html`` in the run's folder by default.

    Raises:
        DataError: the run left no metrics, or its predictions are gone.
        StorageError: the file cannot be written.
    """
    started = time.monotonic()
    path = path or home.report(run_id)
    write_text(path, render("report.html.j2", **report_facts(home, run_id)))
    return Report(path, time.monotonic() - started)


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
    scores = class_scores(confusion)
    baseline = majority_baseline(confusion)
    dump = Path(metrics["dumps"]["validation"])
    return {
        "class_names": names,
        "confusion": confusion.tolist(),
        "shares": row_shares(confusion).tolist(),
        "scores": [
            {"name": name, **{key: float(values[i]) for key, values in vars(scores).items()}}
            for i, name in enumerate(names)
        ],
        "macro": {
            key: float(np.nanmean(getattr(scores, key))) for key in ("precision", "recall", "f1")
        },
        "baseline": {"name": names[baseline.label], "top1": baseline.top1},
        "wrong_count": int(confusion.sum() - np.trace(confusion)),
        "wrong": wrong_pictures(predictions, names, dump),
        "most_pictures": MOST_PICTURES,
        "picture_size": PICTURE_SIZE,
    }
