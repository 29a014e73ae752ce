"""The files that a run of the DAG leaves, without the run."""

from pathlib import Path
from typing import Any

import numpy as np

from support.tiny_dataset import CLASS_NAMES
from tasks.datasets.dataset import shard_name
from tasks.models.predictions import PARQUET
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import write_metrics
from tasks.runs.record import TASK_IDS, WITHOUT_ARTIFACT, record_step
from tasks.storage.paths import Home


def _epoch(number: int, **fields: float) -> dict[str, Any]:
    """Return an epoch, without the figures that follow from others."""
    return {"epoch": number, "iteration": number, "records": 8, "total": 8, "count": 4, **fields}


#: The record of a list to exclude that left two training records out, and named one too many.
EXCLUDED: dict[str, Any] = {
    "digest": "e",
    "entries": 3,
    "records": {"train": 2, "validation": 0},
    "class_counts": {"train": [3, 3], "validation": [2, 2]},
    "unknown_count": 1,
    "unknown": ["gone.jpg"],
}
#: The content of a run's metrics.json.
METRICS: dict[str, Any] = {
    "run_id": "manual__2026",
    "model": {"path": "/models/m0de1", "digest": "m0de1", "reused": False, "seconds": 12.5},
    "top1": 0.25,
    "epochs": [
        _epoch(1, loss=1.5, correct=2, seconds=0.25, wall_clock_seconds=0.25),
        _epoch(2, loss=0.75, correct=1, seconds=0.125, wall_clock_seconds=0.375),
    ],
    "stages": {"spark": 3.0, "features": 4.0, "training": 5.0, "export": 0.5},
    "records": {"train": 8, "validation": 4},
    "class_names": list(CLASS_NAMES),
    "config": {"feature_engine": "bigdl", "batch_size": 16, "epochs": 2, "learning_rate": 0.001},
    "plan": {"optimizer": "LocalOptimizer", "cores": 2, "master": "local[2]", "batch_size": 16},
    "dumps": {"train": "/dumps/c", "validation": "/dumps/d"},
    "features": {
        "train": {"path": "/features/a", "digest": "a", "reused": True, "seconds": 0.0},
        "validation": {"path": "/features/b", "digest": "b", "reused": False, "seconds": 4.0},
    },
    "parity": {"records": 4, "largest_relative_difference": 3.2e-6, "tolerance": 1e-4},
    "digests": {"train": {"dataset": "da7a"}, "validation": {"dataset": "da7a"}},
    "versions": {"pyspark": "3.5.9"},
    "python": "3.11.7",
    "finished_at": "2026-11-25T10:00:00+00:00",
}

#: The metrics of a run that trained to the optimum have this as ``sweep``.
_RAW = {"l2": 0.00025, "standardize": False, "top1": 0.5, "log_loss": 0.625}
_SCALED = {"l2": 0.1, "standardize": True, "top1": 0.75, "log_loss": 0.5}
SWEEP: dict[str, Any] = {
    "strengths": [_RAW, _SCALED],
    "taken": _SCALED,
    "why": "the lowest cross-validated log loss",
    "folds": 5,
    "seconds": 1.5,
}

#: The metrics of a run on a data set with a test split have this as ``test``.
TEST: dict[str, Any] = {
    "top1": 0.6125,
    "records": 80,
    "features": {"path": "/features/t", "digest": "t", "reused": False, "seconds": 2.5},
}
#: The metrics of a run whose data set is there have such a record as ``data``.
DATA: dict[str, Any] = {
    "layout": "folder",
    "class_counts": {"train": [5, 3], "validation": [2, 2]},
    "counts": {"read": 14, "converted": 1, "copies": 0, "skipped": 2},
    "notes": ["1 picture stored anew as JPEG"],
    "warnings": ["2 pictures cannot be used: 'a`<b>.jpg'"],
    "skipped": [{"name": r"no\n<b>.jpg", "reason": "is no picture"}],
}


def write_run(home: Home, run_id: str, /, **changes: Any) -> Home:
    """Write steps, metrics and the predictions of the tiny data set; return the home.

    Args:
        home: where to.
        run_id: the run's.
        changes: values in place of those of ``METRICS``.
    """
    metrics = {**METRICS, "run_id": run_id, **changes}
    model = home.models / metrics["model"]["digest"]
    metrics["model"] = {**metrics["model"], "path": str(model)}
    for task_id in (task_id for task_id in TASK_IDS if task_id not in WITHOUT_ARTIFACT):
        facts = {"path": f"/made/{task_id}", "reused": task_id == "dump_train", "seconds": 1.5}
        record_step(home, run_id, task_id, facts)
    write_metrics(home, run_id, RunMetrics.from_json(metrics))
    write_predictions(model)
    return home


def write_predictions(model: Path) -> None:
    """Write one right and three wrong predictions; of those, the last is the surest."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    label, prediction = np.array([[0, 0, 1, 1], [0, 1, 0, 0]], np.int32)
    shards = [shard_name("tiny", "validation", number, 2) for number in (0, 0, 1, 1)]
    columns = {
        "shard": shards,
        "record": np.array([0, 1, 0, 1], np.int32),
        "label": label,
        "prediction": prediction,
        "probability": [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.8, 0.2]],
    }
    model.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), model / PARQUET)
