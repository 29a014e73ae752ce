"""Predictions of a head, made by Spark, against the same in NumPy."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.errors import DataError
from tasks.evaluation.record import EvaluationRecord
from tasks.evaluation.tally import evaluate
from tasks.features.bridge import Bridge
from tasks.models.head import Head
from tasks.models.predictions import PARQUET, predict, read_predictions, write_predictions

NAMES = ("stripes", "spots", "plain")
#: Records of every shard.
SHARDS = (4, 3)
SIZE = 6


@pytest.fixture(scope="module")
def head() -> Head:
    rng = np.random.default_rng(8)
    return Head(rng.normal(size=(3, SIZE)).astype(np.float32), np.zeros(3, np.float32))


@pytest.fixture(scope="module")
def tables() -> list[pa.Table]:
    """The features of every shard."""
    rng = np.random.default_rng(9)
    return [
        pa.table(
            {
                "label": rng.integers(0, 3, records).astype(np.int32),
                "feature": pa.array(
                    list(rng.normal(size=(records, SIZE)).astype(np.float32)),
                    pa.list_(pa.float32()),
                ),
                "shard": [f"tiny_validation_{number:05d}.tfrecord"] * records,
                "record": np.arange(records, dtype=np.int32),
                "name": [f"{number}/{record}.jpg" for record in range(records)],
            }
        )
        for number, records in enumerate(SHARDS)
    ]


def softmax_in_float64(features: npt.NDArray[np.float64], head: Head) -> npt.NDArray[np.float64]:
    logits = features.astype(np.float64) @ head.weight.T.astype(np.float64) + head.bias
    exponential = np.exp(logits)
    return np.asarray(exponential / exponential.sum(axis=1, keepdims=True))


def features_of(tables: list[pa.Table]) -> npt.NDArray[np.float64]:
    return np.array([row for table in tables for row in table["feature"].to_pylist()])


@pytest.fixture(scope="module")
def written(
    bridge: Bridge,
    tables: list[pa.Table],
    head: Head,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, EvaluationRecord]:
    """A model's folder, and the evaluation that was returned."""
    features, folder = tmp_path_factory.mktemp("features"), tmp_path_factory.mktemp("model")
    for number, table in enumerate(tables):
        pq.write_table(table, features / f"tiny_validation_{number:05d}-000000.parquet")
    evaluation = write_predictions(
        bridge, features=features, head=head, class_names=NAMES, path=folder / PARQUET
    )
    return folder, evaluation


def test_every_record_gets_the_most_probable_class(
    written: tuple[Path, EvaluationRecord], tables: list[pa.Table], head: Head
) -> None:
    folder, evaluation = written
    expected = softmax_in_float64(features_of(tables), head)
    found = read_predictions(folder)
    assert found.shard == [
        f"tiny_validation_{number:05d}.tfrecord"
        for number, n in enumerate(SHARDS)
        for _ in range(n)
    ]
    assert found.record.tolist() == [record for n in SHARDS for record in range(n)]
    assert found.name.to_pylist() == [
        f"{number}/{record}.jpg" for number, n in enumerate(SHARDS) for record in range(n)
    ]
    label = np.concatenate([table["label"].to_numpy() for table in tables])
    np.testing.assert_array_equal(found.label, label)
    np.testing.assert_array_equal(found.prediction, expected.argmax(axis=1))
    # Ours is float32.
    np.testing.assert_allclose(found.probability, expected, rtol=1e-5, atol=1e-6)
    assert evaluation.top1 == np.mean(expected.argmax(axis=1) == label)
    # The file has the very probabilities that were counted; two batches add them up otherwise.
    whole = evaluate(found.probability.astype(np.float32), label)
    assert replace(evaluation, log_loss=0) == replace(whole, log_loss=0)
    assert evaluation.log_loss == pytest.approx(whole.log_loss, rel=1e-9)


def test_columns_have_the_names_of_the_classes(written: tuple[Path, EvaluationRecord]) -> None:
    table = pq.read_table(written[0] / PARQUET)
    for kind in ("label", "prediction"):
        names = [NAMES[number] for number in table[kind].to_pylist()]
        assert table[f"{kind}_name"].to_pylist() == names


def test_rows_are_read_in_the_order_of_shards_and_records(
    tmp_path: Path, tables: list[pa.Table], head: Head
) -> None:
    shuffled = pa.concat_tables(tables).take([5, 0, 6, 3, 1, 4, 2])
    pq.write_table(predict(shuffled, head, NAMES), tmp_path / PARQUET)
    found = read_predictions(tmp_path)
    assert found.shard == sorted(found.shard)
    assert found.record.tolist() == [0, 1, 2, 3, 0, 1, 2]
    expected = softmax_in_float64(features_of(tables), head)
    np.testing.assert_allclose(found.probability, expected, rtol=1e-5, atol=1e-6)


def test_a_model_without_predictions(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"predictions\.parquet cannot be read .*: run the DAG aga"):
        read_predictions(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no parquet"])
def test_a_file_that_is_no_parquet(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PARQUET).write_bytes(content)
    with pytest.raises(DataError, match=r"predictions\.parquet cannot be read .*expected the pred"):
        read_predictions(tmp_path)


def test_a_file_that_lacks_a_column(tmp_path: Path, tables: list[pa.Table], head: Head) -> None:
    table = predict(pa.concat_tables(tables), head, NAMES)
    pq.write_table(table.drop_columns("prediction"), tmp_path / PARQUET)
    with pytest.raises(DataError, match=r"predictions\.parquet cannot be read .*prediction"):
        read_predictions(tmp_path)
