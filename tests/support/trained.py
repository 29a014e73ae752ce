"""Models that were trained, without the training: their files and those of their runs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from support.run_files import METRICS
from tasks.models.export import ARRAYS
from tasks.models.head import Head
from tasks.models.predictions import PARQUET
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import write_metrics
from tasks.storage.artifact import build
from tasks.storage.local_files import write_json
from tasks.storage.paths import Home

CLASSES = ("daisy", "rose")


@dataclass(frozen=True)
class Model:
    """A model to write.

    Attributes:
        run_id: the run that trained it.
        right: for every validation record, whether its answer is right; the labels are 0, 1, 0, ...
        dataset: digest of its data set.
        weights: digest of its network's weights.
        names: of the validation records; ``v0.jpg``, ... by default.
        features: folders of the features of training and of validation.
        head: its head; one that answers with the first feature by default.
        class_names: in label order.
        test: its accuracy and number of test records.
        dump: folder of the dump of its validation records.
    """

    run_id: str
    right: Sequence[bool]
    dataset: str = "da7a"
    weights: str = "w"
    names: Sequence[str] | None = None
    features: tuple[Path, Path] = (Path("/gone/t"), Path("/gone/v"))
    head: Head | None = None
    class_names: tuple[str, ...] = CLASSES
    test: tuple[float, int] | None = None
    dump: Path = Path("/dumps/d")
    extra: dict[str, Any] = field(default_factory=dict)


def record_names(model: Model) -> Sequence[str]:
    """Return the names of the validation records."""
    return model.names or [f"v{number}.jpg" for number in range(len(model.right))]


def write_trained(home: Home, model: Model) -> RunMetrics:
    """Write a model and the metrics of its run, and return these."""
    metrics = _metrics(model)

    def make(folder: Path) -> None:
        content = metrics.as_json()
        del content["run_id"], content["model"]
        write_json(folder / "metrics.json", content)
        _write_predictions(folder / PARQUET, model)
        head = model.head or Head(np.eye(2, dtype=np.float32), np.zeros(2, np.float32))
        names = np.array(model.class_names)
        np.savez(folder / ARRAYS, weight=head.weight, bias=head.bias, class_names=names)

    made = build(home.models, {"run": model.run_id, "dataset": model.dataset}, make)
    record = ArtifactRecord(path=str(made.path), digest=made.digest, reused=False, seconds=1.0)
    metrics = replace(metrics, model=record)
    write_metrics(home, model.run_id, metrics)
    return metrics


def write_features(
    folder: Path, vectors: Sequence[Sequence[float]], labels: Sequence[int], names: Sequence[str]
) -> Path:
    """Write a features artefact of one file, and return its folder."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    count = len(labels)
    columns = {
        "label": pa.array(labels, pa.int32()),
        "feature": pa.array(vectors, pa.list_(pa.float32())),
        "shard": ["s.tfrecord"] * count,
        "record": pa.array(range(count), pa.int64()),
        "name": pa.array(names, pa.string()),
        "digest": pa.array([hashlib.sha256(name.encode()).hexdigest() for name in names]),
    }
    pq.write_table(pa.table(columns), folder / "s-000000000.parquet")
    return folder


def _metrics(model: Model) -> RunMetrics:
    digests = {"dataset": model.dataset, "weights": model.weights}
    train, validation = (
        {"path": str(path), "digest": path.name, "reused": False, "seconds": 1.0}
        for path in model.features
    )
    count = len(model.right)
    fields = {
        **METRICS,
        "run_id": model.run_id,
        "top1": sum(model.right) / count,
        "records": {"train": 8, "validation": count},
        "class_names": list(model.class_names),
        "digests": {"train": digests, "validation": digests},
        "features": {"train": train, "validation": validation},
        "dumps": {"train": "/dumps/c", "validation": str(model.dump)},
        **model.extra,
    }
    if model.test:
        top1, records = model.test
        fields["test"] = {"top1": top1, "records": records, "features": validation}
    return RunMetrics.from_json(fields)


def _write_predictions(path: Path, model: Model) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = len(model.right)
    labels = np.arange(count) % 2
    predictions = np.where(model.right, labels, 1 - labels)
    columns = {
        "shard": ["s.tfrecord"] * count,
        "record": np.arange(count),
        "name": pa.array(record_names(model), pa.string()),
        "label": labels.astype(np.int32),
        "prediction": predictions.astype(np.int32),
        "probability": [[0.5, 0.5]] * count,
    }
    pq.write_table(pa.table(columns), path)
