"""A session of the real frozen graph, record by record."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tasks.dumps.description import Dump
from tasks.errors import DataError
from tasks.features.frozen import session_of
from tasks.features.session import FrozenSession, reason

Encode = Callable[[bytes, int], bytes]


@pytest.fixture
def session(dump: Dump) -> FrozenSession:
    return session_of(dump)


def test_features_and_labels_of_records(
    session: FrozenSession,
    records: dict[str, list[bytes]],
    labels: dict[str, list[int]],
    expected: dict[str, Any],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    features, found = session.features(records["train"][:3], "s.tfrecord", 0)
    assert found.tolist() == labels["train"][:3]
    assert found.dtype == np.int32
    assert features.dtype == np.float32
    assert_features_agree(features, expected["train"][:3])


def test_values_of_a_node_that_is_asked_for(
    session: FrozenSession, dump: Dump, records: dict[str, list[bytes]]
) -> None:
    images, _ = session.images(records["train"][:2], "s.tfrecord", 0)
    assert images.shape == (2, dump.image_size, dump.image_size, 3)
    node = dump.end_points["Mixed_5c"]
    values = session.values([node, dump.nodes.feature], images)
    # The feature is the mean over the last layer's places.
    mean = values[node].mean(axis=(1, 2))
    feature = values[dump.nodes.feature].reshape(mean.shape)
    # Sums of 49 float32 values in another order.
    np.testing.assert_allclose(feature, mean, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("picture", "image/encoded starts with '6e6f', expected a JPEG, which starts with"),
        ("cut", "image/encoded does not decode: the JPEG is damaged or cut short"),
        ("no example", "it is not a tf.train.Example"),
        ("text", "it is not a tf.train.Example"),
        ("no picture", "Feature: image/"),
    ],
)
def test_a_bad_record_is_named_by_its_number_in_the_shard(
    record: str,
    message: str,
    session: FrozenSession,
    encode: Encode,
    pictures: dict[str, list[tuple[bytes, int]]],
) -> None:
    jpeg = pictures["train"][0][0]
    bad = {
        "picture": encode(b"no", 0),
        "cut": encode(jpeg[: len(jpeg) // 2], 0),
        "no example": b"\xff no example",
        "text": b"no example",
        "no picture": b"",
    }[record]
    with pytest.raises(DataError) as caught:
        session.images([encode(jpeg, 0), bad], "s.tfrecord", 40)
    assert str(caught.value).startswith(f"s.tfrecord, record 41: {message}")
    assert "\n" not in str(caught.value)


def test_the_reason_is_the_line_that_tells_the_cause() -> None:
    error = ValueError("Graph execution error:\n\nDetected at node x\nNode: 'x'\nIt broke.\n[[x]]")
    assert reason(error) == "It broke."
    assert reason(ValueError("Node: 'x'")) == "Node: 'x'"
    assert reason(ValueError()) == "ValueError"
