"""Predictions of the head for every record of a split, as Parquet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.evaluation.record import EvaluationRecord
from tasks.evaluation.tally import Tally
from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource
from tasks.features.store import feature_contents, read_tables
from tasks.models.head import Head, softmax
from tasks.storage.proof import require_whole

PARQUET = "predictions.parquet"
#: The same of the test records, where there are some.
TEST_PARQUET = "test_predictions.parquet"
_COLUMNS = ("shard", "record", "name", "label", "prediction")


@dataclass(frozen=True)
class Predictions:
    """Predictions for every record of a split, in the order of shards and records.

    Attributes:
        shard: file name of each record's shard, ``[records]``.
        record: its number in the shard, from 0, int64 ``[records]``.
        label: its class, from 0, int64 ``[records]``.
        prediction: the most probable class, from 0, int64 ``[records]``.
        probability: probability of every class, float64 ``[records, classes]``.
        name: name of each record's picture, an Arrow column of strings; empty where it has none,
            and in the predictions of older versions.
    """

    shard: list[str]
    record: npt.NDArray[np.int64]
    label: npt.NDArray[np.int64]
    prediction: npt.NDArray[np.int64]
    probability: npt.NDArray[np.float64]
    name: Any


def write_predictions(
    bridge: Bridge,
    *,
    features: FeatureSource,
    head: Head,
    class_names: Sequence[str],
    path: Path,
) -> EvaluationRecord:
    """Write the predictions for a split's records to ``path`` and return their evaluation.

    Columns: ``shard``, ``record``, ``name``, ``label`` and ``prediction`` (both from 0),
    ``label_name``, ``prediction_name``, and ``probability``, one float per class. The executors
    predict; the driver holds the rows of a few files at a time, however many there are, and five
    bytes of every record.

    Args:
        bridge: the bridge to the JVM.
        features: the split's features.
        head: works on raw features.
        class_names: in label order.
        path: the file, in an existing folder.
    """
    import pyarrow.parquet as pq

    files = feature_contents(bridge, features)
    tables = files.map(_predictor(head, list(class_names)))
    tally, writer = Tally(len(class_names)), None
    for table in tables.toLocalIterator(prefetchPartitions=True):
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
        tally.add(probabilities(table), table["label"].to_numpy())
    if writer:
        writer.close()
    return tally.evaluation()


def probabilities(table: Any) -> npt.NDArray[np.floating]:
    """Return the probabilities in an Arrow table of predictions, ``[records, classes]``."""
    values = table["probability"].combine_chunks().flatten().to_numpy()
    return np.asarray(values.reshape(table.num_rows, -1))


def read_predictions(model: Path, name: str = PARQUET) -> Predictions:
    """Return the predictions in a model's folder.

    Args:
        model: the folder.
        name: of the file.

    Raises:
        DataError: the file is missing, was changed, or cannot be read.
    """
    table = read_rows(model, [*_COLUMNS, "probability"], name)
    columns = {name: table[name].to_numpy() for name in ("record", "label", "prediction")}
    return Predictions(
        shard=table["shard"].to_pylist(),
        **{name: column.astype(np.int64) for name, column in columns.items()},
        probability=probabilities(table).astype(np.float64),
        name=table["name"],
    )


def read_rows(model: Path, columns: Sequence[str] = _COLUMNS, name: str = PARQUET) -> Any:
    """Return columns of the predictions in a model's folder, in the order of shards and records.

    Args:
        model: the folder.
        columns: their names; by default all that are as large for any number of classes.
        name: of the file.

    Returns:
        An Arrow table; its ``name`` is empty where the file has none.

    Raises:
        DataError: the file is missing, was changed, or cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = model / name
    require_whole(model, [name])
    try:
        known = set(pq.read_schema(path).names)
        table = pq.read_table(path, columns=[column for column in columns if column in known])
        table = table.sort_by([("shard", "ascending"), ("record", "ascending")])
        if "name" not in table.column_names:
            table = table.append_column("name", pa.array([""] * len(table), pa.string()))
        return table.select(columns)
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        raise DataError(
            f"{path} cannot be read ({error}); expected the predictions of a trained model: run "
            "the DAG again"
        ) from None


def predict(features: Any, head: Head, class_names: Sequence[str]) -> Any:
    """Return the Arrow table of predictions for an Arrow table of features."""
    import pyarrow as pa

    values = features["feature"].combine_chunks().flatten().to_numpy()
    probability = softmax(head.logits(values.reshape(features.num_rows, -1)))
    label = features["label"].to_numpy()
    prediction = probability.argmax(axis=1).astype(np.int32)
    names = np.array(class_names)
    return pa.table(
        {
            "shard": features["shard"],
            "record": features["record"],
            "name": features["name"],
            "label": label,
            "prediction": prediction,
            "label_name": names[label],
            "prediction_name": names[prediction],
            "probability": list(probability),
        }
    )


def _predictor(head: Head, class_names: Sequence[str]) -> Callable[[bytes], Any]:
    def predict_file(file: bytes) -> Any:
        return predict(read_tables(file), head, class_names)

    return predict_file
