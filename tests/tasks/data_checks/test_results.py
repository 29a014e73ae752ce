from tasks.data_checks.results import Check, CheckedRecord, DataChecks, Finding


def record(number: int, name: str = "") -> CheckedRecord:
    return CheckedRecord(
        split="train", shard="s.tfrecord", record=number, name=name, label="rose", digest="d"
    )


def test_a_line_tells_which_picture_and_why() -> None:
    finding = Finding(records=(record(3, "a #1.jpg"),), words="odd", entry="ab12")
    assert finding.line() == "ab12  # a #1.jpg (train, rose): odd"
    pair = Finding(records=(record(3), record(4)), words="near", entry="ab12", excluded=1)
    assert pair.line() == (
        "ab12  # s.tfrecord, record 4 (train, rose): near; see s.tfrecord, record 3 (train, rose)"
    )


def test_sentence() -> None:
    checks = (Check(name="leaks", count=1200), Check(name="near_copies"))
    assert DataChecks(key="k", checks=checks).sentence() == "1,200 near copies in two splits"
    assert DataChecks(key="k", checks=checks[1:]).sentence() == "nothing odd was found"
    reason = DataChecks(key="k", not_made="they are gone").sentence()
    assert reason == "the records were not checked: they are gone"
