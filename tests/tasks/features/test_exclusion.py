from pathlib import Path

import pytest

from support.trained import write_features
from tasks.datasets.exclude_list import ExcludeList
from tasks.errors import DataError
from tasks.features.bridge import Bridge
from tasks.features.exclusion import ExcludedRecord, Exclusion, find_excluded
from tasks.storage.locations import Location, RemotePath

CLASSES = ("daisy", "rose")


@pytest.fixture
def features(tmp_path: Path) -> dict[str, Location]:
    """Four training records, two of validation; ``write_features`` digests names."""

    def write(split: str, labels: list[int], names: list[str]) -> Path:
        return write_features(tmp_path / split, [[0.0]] * len(labels), labels, names)

    return {
        "train": write("train", [0, 0, 1, 1], ["a.jpg", "b\n.jpg", "c.jpg", "d.jpg"]),
        "validation": write("validation", [0, 1], ["x.jpg", "a.jpg"]),
    }


def digest_of(features: dict[str, Location], split: str, row: int) -> str:
    import pyarrow.parquet as pq

    return str(pq.read_table(features[split])["digest"][row].as_py())


def found(bridge: Bridge, features: dict[str, Location], **entries: frozenset[str]) -> Exclusion:
    return find_excluded(bridge, features, ExcludeList(**entries), CLASSES)


def test_by_name_as_it_is_or_as_it_is_shown(bridge: Bridge, features: dict[str, Location]) -> None:
    names = frozenset({"b\\n.jpg", "d.jpg", "gone.jpg"})
    exclusion = found(bridge, features, names=names)
    assert [(r.split, r.record) for r in exclusion.records] == [("train", 1), ("train", 3)]
    assert exclusion.class_counts == {"train": (1, 1), "validation": (1, 1)}
    assert exclusion.unknown == ("gone.jpg",)
    assert exclusion.of("train") == {"s.tfrecord": {1, 3}}
    assert exclusion.of("validation") == {}


def test_by_digest_in_every_split(
    bridge: Bridge, features: dict[str, Location], tmp_path: Path
) -> None:
    digest = digest_of(features, "train", 0)
    exclusion = found(bridge, features, digests=frozenset({digest, "0" * 64}))
    assert exclusion.records == (
        ExcludedRecord("train", "s.tfrecord", 0, "a.jpg", digest, 0),
        ExcludedRecord("validation", "s.tfrecord", 1, "a.jpg", digest, 1),
    )
    assert exclusion.unknown == ("0" * 64,)


def test_copies_leave_the_one_that_is_measured_on(
    bridge: Bridge, features: dict[str, Location]
) -> None:
    digest = digest_of(features, "train", 0)
    exclusion = found(bridge, features, copies=frozenset({digest}))
    assert [(r.split, r.record) for r in exclusion.records] == [("train", 0)]
    alone = frozenset({digest_of(features, "train", 2)})
    exclusion = found(bridge, features, copies=alone)
    assert exclusion.records == ()
    assert exclusion.unknown == ()


def test_executors_read_remote_features(
    bridge: Bridge, features: dict[str, Location], remote: RemotePath
) -> None:
    there: dict[str, Location] = {split: remote / split for split in features}
    names = frozenset({"a.jpg", "gone.jpg"})
    assert found(bridge, there, names=names) == found(bridge, features, names=names)


def test_a_list_that_leaves_too_little(bridge: Bridge, features: dict[str, Location]) -> None:
    with pytest.raises(
        DataError, match=r"exclude leaves 1 of 2 classes without training records, .*: 'rose'"
    ):
        found(bridge, features, names=frozenset({"c.jpg", "d.jpg"}))
    with pytest.raises(DataError, match="exclude leaves no validation records, expected at least"):
        found(bridge, features, names=frozenset({"x.jpg", "a.jpg"}))


def test_a_class_without_training_records_before_is_not_blamed(
    bridge: Bridge, features: dict[str, Location]
) -> None:
    entries = ExcludeList(names=frozenset({"c.jpg"}))
    exclusion = find_excluded(bridge, features, entries, (*CLASSES, "tulip"))
    assert exclusion.class_counts["train"] == (2, 1, 0)
