import logging
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.trained import write_features
from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSet
from tasks.models.head import Head
from tasks.models.predictions import read_predictions
from tasks.runs.training_record import Epoch
from tasks.storage.artifact import Artifact
from tasks.training.measurement import measure_test, warn_of_difference


def test_records_are_counted_and_predicted(bridge: Bridge, tmp_path: Path) -> None:
    table = pa.table(
        {
            "label": pa.array([0, 1, 1, 0], pa.int32()),
            "feature": pa.array([[1, 0], [0, 1], [1, 0], [1, 0]], pa.list_(pa.float32())),
            "shard": ["p_test_00000-of-00001.tfrecord"] * 4,
            "record": pa.array(range(4), pa.int64()),
            "name": ["a.jpg", "b.jpg", "c.jpg", ""],
        }
    )
    (tmp_path / "features").mkdir()
    pq.write_table(table, tmp_path / "features/p_test_00000-of-00001-000000000.parquet")
    made = Artifact(tmp_path / "features", "abc", reused=False, seconds=1.0)
    head = Head(np.eye(2, dtype=np.float32), np.zeros(2, np.float32))
    path = tmp_path / "found.parquet"
    found = measure_test(
        bridge, features=made, source=made.path, head=head, class_names=["x", "y"], path=path
    )
    assert (found.top1, found.records, found.features.digest) == (0.75, 4, "abc")
    assert found.evaluation is not None
    assert (found.evaluation.records, found.evaluation.correct) == (4, 3)
    assert read_predictions(tmp_path, path.name).prediction.tolist() == [0, 1, 0, 0]


def epoch(**changes: Any) -> Epoch:
    fields = {"epoch": 1, "iteration": 1, "records": 8, "total": 8, "loss": 1.0, "seconds": 0.1}
    return Epoch(**{**fields, "wall_clock_seconds": 0.1, **changes})


@pytest.mark.parametrize(("correct", "warned"), [(2, False), (3, True)])
def test_a_head_that_counts_differently_is_told(
    caplog: pytest.LogCaptureFixture, correct: int, warned: bool
) -> None:
    with caplog.at_level(logging.WARNING):
        warn_of_difference(0.5, epoch(correct=correct, count=4))
    told = "the exported head is right on 2 of 4 validation records, BigDL's model was on 3"
    assert (told in caplog.text) is warned
    assert bool(caplog.records) is warned


def test_records_left_out_are_not_measured(bridge: Bridge, tmp_path: Path) -> None:
    features = write_features(tmp_path / "f", [[1, 0], [0, 1], [1, 0]], [0, 1, 1], ["a", "b", "c"])
    found = measure_test(
        bridge,
        features=Artifact(features, "abc", reused=False, seconds=1.0),
        source=FeatureSet(features, {"s.tfrecord": frozenset({2})}),
        head=Head(np.eye(2, dtype=np.float32), np.zeros(2, np.float32)),
        class_names=["x", "y"],
        path=tmp_path / "found.parquet",
    )
    assert (found.top1, found.records) == (1.0, 2)
    assert read_predictions(tmp_path, "found.parquet").name.to_pylist() == ["a", "b"]
