"""Names of TFRecord files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.datasets.shard_names import (
    ShardName,
    looks_like_shard,
    order_shards,
    parse_shard_name,
)
from tasks.errors import DataError


@pytest.mark.parametrize(
    ("path", "split", "number", "count"),
    [
        ("flowers_train_00003-of-00005.tfrecord", "train", 3, 5),
        ("train-00000-of-01024", "train", 0, 1024),
        ("validation-00001-of-00128", "validation", 1, 128),
        ("tf_flowers-train.tfrecord-00000-of-00002", "train", 0, 2),
        ("data/val-0-of-2.tfrecord.gz", "validation", 0, 2),
        ("test.record", "test", None, None),
        ("Train.TFRecords", "train", None, None),
        ("train/part-0.tfrecord", "train", None, None),
        ("training/0001.tfrec", "train", None, None),
        ("trains.tfrecord", None, None, None),
        ("flowers.tfrecord", None, None, None),
        ("all-00000-of-00001", None, 0, 1),
    ],
)
def test_parse(path: str, split: str | None, number: int | None, count: int | None) -> None:
    assert parse_shard_name(path) == ShardName(path, split, number, count)
    assert looks_like_shard(path)


@pytest.mark.parametrize("path", ["labels.txt", "train/1.jpg", "records/a.png", "train.csv"])
def test_no_shard(path: str) -> None:
    assert not looks_like_shard(path)


def test_order() -> None:
    names = ["b-train-10-of-11", *(f"b-train-{n}-of-11" for n in range(10)), "b-val-0-of-1"]
    assert order_shards(names) == {
        "train": [f"b-train-{n}-of-11" for n in range(11)],
        "validation": ["b-val-0-of-1"],
    }
    assert order_shards(["part 10.tfrecord", "part 9.tfrecord"]) == {
        None: ["part 9.tfrecord", "part 10.tfrecord"]
    }
    assert order_shards(["train-1-of-2", "train-2-of-2"]) == {
        "train": ["train-1-of-2", "train-2-of-2"]
    }


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["train-00000-of-00003", "train-00002-of-00003"],
            "split 'train' has no train-00001-of-00003; expected 3 shards numbered 0 to 2",
        ),
        (
            ["train-0-of-9"],
            "has no train-1-of-9, train-2-of-9, train-3-of-9, train-4-of-9, train-5-of-9 and 3 m",
        ),
        (
            ["train-0-of-1", "train-1-of-1"],
            "split 'train' has one too many: train-1-of-1; expected 1 shards numbered 0 to 0",
        ),
        (
            ["a_train_0-of-1", "b_train_0-of-1"],
            "'train' mixes shards of a_train_.*-of-1, b_train_.*-of-1; expected those of one set",
        ),
        (
            ["train-0-of-1", "train-0-of-2", "train-1-of-2"],
            "'train' mixes shards of train-.*-of-1, train-.*-of-2",
        ),
        (
            ["train.tfrecord", "others.tfrecord"],
            "'others.tfrecord' does not say its split, and 1 other TFRecord files do; expected",
        ),
    ],
)
def test_refused(names: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        order_shards(names)


def test_a_count_of_a_billion_is_refused_at_once() -> None:
    with pytest.raises(DataError, match="and 999,999,993 more; expected 999999999 shards"):
        order_shards(["train-0-of-999999999"])


@given(st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1), max_size=8))
def test_any_names_are_ordered_or_refused(names: list[str]) -> None:
    try:
        ordered = order_shards(names)
    except DataError:
        return
    assert sorted(name for of in ordered.values() for name in of) == sorted(names)
