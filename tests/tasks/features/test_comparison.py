"""Tables of features, compared without Spark."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tasks.dumps.spread import relative_difference
from tasks.errors import ParityError
from tasks.features.comparison import (
    Difference,
    Origin,
    Rows,
    compare,
    is_constant,
    origins,
    rows_like,
)


def table(feature: Sequence[Sequence[float]], **changes: Any) -> Any:
    """Rows of one shard, counting from 0."""
    count = len(feature)
    columns = {
        "label": pa.array(np.zeros(count, np.int32)),
        "feature": pa.array([np.array(row, np.float32) for row in feature], pa.list_(pa.float32())),
        "shard": pa.array(["s.tfrecord"] * count),
        "record": pa.array(range(count)),
        "name": pa.array([f"{number}.jpg" for number in range(count)]),
    }
    return pa.table({**columns, **changes})


def test_relative_difference_is_of_the_mean_where_a_value_is_small() -> None:
    expected = np.array([4, 2, 0, 2], np.float32)  # 2 in the mean
    actual = np.array([4.4, 2.1, 0.1, 2], np.float32)
    found = relative_difference(actual, expected)
    np.testing.assert_allclose(found, [0.1, 0.05, 0.05, 0], atol=1e-6)
    assert not np.isfinite(
        relative_difference(np.array([np.nan], np.float32), np.ones(1, np.float32))
    ).any()


def test_relative_difference_of_zeros_is_zero() -> None:
    zeros = np.zeros(3, np.float32)
    np.testing.assert_array_equal(relative_difference(zeros, zeros), zeros)


def test_the_worst_record_is_found() -> None:
    reference = table([[1, 1], [1, 1], [1, 1]])
    candidate = table([[1, 1], [1, 1.5], [1.25, 1]])
    found = compare(Rows("ours", candidate), Rows("theirs", reference))
    assert found == Difference(0.5, Origin("s.tfrecord", 1))
    assert not found.is_within(1e-4)


def test_the_difference_is_relative_to_the_reference() -> None:
    ones, twos = table([[1.0]]), table([[2.0]])
    assert compare(Rows("ours", twos), Rows("theirs", ones)).largest == 1.0
    assert compare(Rows("ours", ones), Rows("theirs", twos)).largest == 0.5


@pytest.mark.parametrize(("by", "agree"), [(0.5, True), (2.0, False)])
def test_the_tolerance_divides(by: float, agree: bool) -> None:
    ours = Rows("ours", table([[1 + by * 1e-4]]))
    assert compare(ours, Rows("theirs", table([[1.0]]))).is_within(1e-4) is agree


def test_a_feature_that_is_no_number_is_the_worst() -> None:
    ours = Rows("ours", table([[9, 1], [1, float("nan")]]))
    found = compare(ours, Rows("theirs", table([[1, 1], [1, 1]])))
    assert np.isnan(found.largest)
    assert found.worst == Origin("s.tfrecord", 1)
    assert not found.is_within(1e-4)


def test_labels_are_compared_too() -> None:
    labels = pa.array([0, 3], pa.int32())
    with pytest.raises(ParityError) as caught:
        compare(Rows("ours", table([[1], [1]], label=labels)), Rows("theirs", table([[1], [1]])))
    assert str(caught.value) == (
        "check_parity: the label of s.tfrecord, record 1 (1.jpg) is 3 to ours and 0 to theirs"
    )


def test_rows_are_put_into_the_order_of_the_others() -> None:
    wanted = table([[0], [0]], record=pa.array([2, 0]))
    found = rows_like(wanted, table([[10], [11], [12]]))
    assert origins(found) == [Origin("s.tfrecord", 2), Origin("s.tfrecord", 0)]
    assert found["feature"].to_pylist() == [[12.0], [10.0]]


def test_rows_that_are_missing_stay_missing() -> None:
    wanted = table([[0], [0]], record=pa.array([1, 7]))
    assert origins(rows_like(wanted, table([[10], [11]]))) == [Origin("s.tfrecord", 1)]


@pytest.mark.parametrize(
    ("features", "constant"),
    [
        ([[1, 2], [1, 2], [1, 2]], True),
        ([[0, 0], [0, 0]], True),
        ([[1, 2], [1, 2.0000005]], False),
        ([[1, 2], [3, 4], [1, 2]], False),
        ([[1, 2]], False),
    ],
)
def test_features_are_constant_if_all_records_have_the_same(
    features: Sequence[Sequence[float]], constant: bool
) -> None:
    assert is_constant(table(features)) is constant
