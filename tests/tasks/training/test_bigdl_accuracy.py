"""BigDL's own Top1Accuracy, in the driver's JVM and in Spark, on answers that are known."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.features.bridge import Bridge
from tasks.features.store import feature_contents, load_features
from tasks.models.bigdl_head import new_model
from tasks.training import bigdl_accuracy
from tasks.training.bigdl_accuracy import Right, top1_in_memory, top1_in_spark

CLASSES, SIZE, RECORDS = 3, 5, 30


def test_bigdl_counts_what_is_right(
    bridge: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    random = np.random.default_rng(3)
    feature = random.normal(size=(RECORDS, SIZE)).astype(np.float32)
    label = random.integers(0, CLASSES, RECORDS).astype(np.int32)
    rows = pa.array(list(feature), pa.list_(pa.float32()))
    digest = [f"{i:064x}" for i in range(RECORDS)]
    pq.write_table(
        pa.table({"label": label, "feature": rows, "digest": digest}), tmp_path / "a.parquet"
    )
    weight = random.normal(size=(CLASSES, SIZE)).astype(np.float32)
    bias = random.normal(size=CLASSES).astype(np.float32)
    model = new_model(bridge.spark, class_count=CLASSES, feature_size=SIZE, seed=1)
    model.set_weights([weight, bias])
    right = int(((feature @ weight.T + bias).argmax(axis=1) == label).sum())
    assert 0 < right < RECORDS
    # More than one part.
    monkeypatch.setattr(bigdl_accuracy, "_ROWS", 7)
    t = time.time()
    assert top1_in_memory(bridge, model, load_features(bridge, tmp_path)) == Right(right, RECORDS)
    print(time.time() - t)
    t = time.time()
    contents = feature_contents(bridge, tmp_path, 1)
    assert top1_in_spark(model, contents, 4) == Right(right, RECORDS)
    print(time.time() - t)
