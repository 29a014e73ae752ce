from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks.datasets.pair import Pair
from tasks.errors import DataError
from tasks.runs.typed_json import from_json, read_json


@dataclass(frozen=True)
class Shard:
    name: str
    records: int


@dataclass(frozen=True)
class Listing:
    shards: tuple[Shard, ...]
    counts: Pair[int] | None = None


WHOLE = {"shards": [{"name": "a", "records": 3}], "counts": {"train": 3, "validation": 0}}


def test_nested_records_and_pairs() -> None:
    assert from_json(Listing, WHOLE) == Listing((Shard("a", 3),), Pair(3, 0))


def test_keys_of_a_later_version_are_left_out() -> None:
    later = {"shards": [{"name": "a", "records": 3, "bytes": 9}], "colour": "red"}
    assert from_json(Listing, later) == Listing((Shard("a", 3),))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "shards: Field required"),
        ({"shards": [{"name": "a"}]}, "shards.0.records: Field required"),
        ({"shards": [{"name": "a", "records": "few"}]}, "shards.0.records: Input should be a"),
        ({**WHOLE, "counts": {"train": 3}}, "counts.validation: Field required"),
        ([], "Input should be a dictionary"),
    ],
)
def test_the_first_field_that_is_wrong_is_named(content: object, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        from_json(Listing, content)
    assert "\n" not in str(caught.value)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "shard.json"
    path.write_text('{"name": "\N{LATIN SMALL LETTER U WITH DIAERESIS}", "records": 3}', "utf-8")
    assert read_json(Shard, path) == Shard("\N{LATIN SMALL LETTER U WITH DIAERESIS}", 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Expecting value"),
        (b'{"name": "a", ', "Expecting property name"),
        (b'"\xff"', "can't decode byte 0xff"),
        (b"[]", "Input should be a dictionary"),
        (b'{"name": "a"}', "records: Field required"),
    ],
)
def test_a_file_that_is_damaged_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "shard.json"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_json(Shard, path)
    message = str(caught.value)
    assert message.startswith(f"{path} is damaged or of another version (")
    assert reason in message
    assert message.endswith(f": delete {tmp_path} and run the DAG again")


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"shard\.json is damaged .*No such file"):
        read_json(Shard, tmp_path / "shard.json")
