"""What the head says of every validation record."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasks.features.store import PARQUET as FEATURES
from tasks.head import Head, softmax

PARQUET = "predictions.parquet"

_SCHEMA = (
    "shard string, record bigint, label int, prediction int, label_name string, "
    "prediction_name string, probability array<float>"
)


def write_predictions(
    spark: Any, features: Path, head: Head, class_names: Sequence[str], folder: Path
) -> float:
    """Write ``predictions.parquet`` into ``folder`` and return the top-1 accuracy.

    Columns: ``shard``, ``record``, ``label``, ``prediction`` (both from 0), their names, and
    ``probability``, one float per class.
    """
    names = list(class_names)

    def predict(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield predict_batch(batch, head, names)

    rows = spark.read.parquet((features / FEATURES).as_uri()).mapInArrow(predict, _SCHEMA)
    rows.coalesce(1).write.parquet((folder / PARQUET).as_uri())
    return read_top1(folder / PARQUET)


def predict_batch(batch: Any, head: Head, class_names: Sequence[str]) -> Any:
    """Turn an Arrow record batch of features into one of predictions."""
    import pyarrow as pa

    column = {name: batch.column(i) for i, name in enumerate(batch.schema.names)}
    features = column["feature"].flatten().to_numpy().reshape(batch.num_rows, -1)
    probability = softmax(head.logits(features))
    prediction = probability.argmax(axis=1).astype(np.int32)
    label = column["label"].to_numpy()
    offsets = np.arange(0, probability.size + 1, len(class_names), dtype=np.int32)
    return pa.RecordBatch.from_arrays(
        [
            column["shard"],
            column["record"],
            column["label"],
            pa.array(prediction),
            pa.array([class_names[i] for i in label], pa.string()),
            pa.array([class_names[i] for i in prediction], pa.string()),
            pa.ListArray.from_arrays(pa.array(offsets), pa.array(probability.reshape(-1))),
        ],
        names=[field.strip().split()[0] for field in _SCHEMA.split(",")],
    )


def read_top1(path: Path) -> float:
    """Return the share of predictions that equal the label."""
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=["label", "prediction"])
    right = np.count_nonzero(table["label"].to_numpy() == table["prediction"].to_numpy())
    return float(right / table.num_rows)
