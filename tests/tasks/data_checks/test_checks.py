"""Records in which everything that is checked is wrong once."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from tasks.data_checks import checks as module
from tasks.data_checks.checks import check_records
from tasks.data_checks.records import Records

NAMES = ("daisy", "rose")
COUNT = 200


def make(count: int = COUNT) -> Records:
    """Return clouds around two points, every fifth record of validation."""
    random = np.random.default_rng(6)
    label = np.arange(count) % 2
    points = random.random((2, 24)) * 3 + 1
    feature = points[label] + random.normal(0, 0.3, (count, 24))
    return Records(
        split=["train" if row % 5 else "validation" for row in range(count)],
        shard=["s.tfrecord"] * count,
        record=list(range(count)),
        name=[f"{row}.jpg" for row in range(count)],
        digest=[hashlib.sha256(str(row).encode()).hexdigest() for row in range(count)],
        label=label.astype(np.int64),
        row=np.arange(count),
        feature=feature.astype(np.float32),
    )


@pytest.fixture
def records() -> Records:
    return make()


def test_records_with_nothing_wrong(records: Records) -> None:
    found = check_records(records, NAMES)
    assert {name: len(each.findings) for name, each in found.items() if name != "far_pictures"} == {
        "exact_copies": 0,
        "leaks": 0,
        "near_copies": 0,
        "label_errors": 0,
    }
    assert {each.checked for each in found.values()} == {COUNT}
    assert not any(each.not_made for each in found.values())


def test_exact_copies(records: Records) -> None:
    digest = records.digest
    digest[5] = digest[3] = digest[1]  # of validation, and two of training, of one class
    digest[8] = digest[6]  # twice in training
    digest[11] = digest[12]  # of two classes
    first, second, third = check_records(records, NAMES)["exact_copies"].findings
    assert first.entry == digest[12]
    assert (first.words, [r.label for r in first.records]) == (
        "2 in train, with 2 labels",
        ["rose", "daisy"],  # records 11 and 12
    )
    assert (second.entry, second.words) == (f"{digest[1]} copies", "2 in train, 1 in validation")
    assert (third.entry, third.words) == (f"{digest[6]} copies", "2 in train")


def test_near_copies_in_two_splits_and_in_one(records: Records) -> None:
    records.feature[5] = records.feature[1] * 1.001
    records.feature[8] = records.feature[6]
    records.feature[8, 0] *= 1.001
    found = check_records(records, NAMES)
    (leak,) = found["leaks"].findings
    assert [(r.split, r.record) for r in leak.records] == [("train", 1), ("validation", 5)]
    # The training record goes, whichever comes first.
    assert leak.entry == records.digest[1]
    assert "cosine 1.0000" in leak.line()
    (near,) = found["near_copies"].findings
    assert [r.record for r in near.records] == [6, 8]
    assert near.entry == records.digest[8]


def test_a_leak_whose_validation_record_comes_first(records: Records) -> None:
    records.feature[6] = records.feature[0] * 1.001
    (leak,) = check_records(records, NAMES)["leaks"].findings
    assert leak.records[0].split == "validation"
    assert leak.entry == records.digest[6]
    assert leak.excluded == 1


def test_wrong_labels(records: Records) -> None:
    for row in (10, 51):
        records.label[row] = 1 - records.label[row]
    found = check_records(records, NAMES)["label_errors"]
    assert found.accuracy == 1 - 2 / COUNT
    errors = found.findings
    assert {error.records[0].record for error in errors[:2]} == {10, 51}
    assert {error.entry for error in errors[:2]} == {records.digest[10], records.digest[51]}
    words = {error.records[0].record: error.words for error in errors}
    assert words[10].startswith("probably daisy, 1.00 to 0.0")


def test_pictures_far_from_all_others(records: Records) -> None:
    records.feature[77] = -records.feature[77]
    far = check_records(records, NAMES)["far_pictures"].findings
    assert far[0].entry == records.digest[77]
    assert far[0].words.endswith("deviations from the usual distance")


def test_few_records_are_not_checked() -> None:
    found = check_records(make(12), NAMES)
    assert found["leaks"].not_made == "12 different pictures are too few, expected 30"
    assert found["label_errors"].not_made == "fewer than two classes have 10 records"
    assert found["exact_copies"].not_made == ""


def test_many_records_are_compared_in_part(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_COMPARED", 60)
    found = check_records(records, NAMES)
    assert found["leaks"].checked == found["far_pictures"].checked == 60
    assert found["label_errors"].checked == found["exact_copies"].checked == COUNT


def test_features_of_some_records_alone(records: Records) -> None:
    rows = np.arange(0, COUNT, 2)
    some = replace(records, row=rows, feature=records.feature[rows])
    some.feature[20] = -some.feature[20]
    far = check_records(some, NAMES)["far_pictures"].findings
    assert far[0].records[0].record == 40
