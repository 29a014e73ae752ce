import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from support.trained import write_features
from tasks.features.feature_set import FeatureSet, feature_set


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_features(tmp_path, [[1.0], [2.0], [3.0]], [0, 1, 0], ["a", "b", "c"])
    return tmp_path / "s-000000000.parquet"


def without(*records: int) -> FeatureSet:
    return FeatureSet(Path("/features"), {"s.tfrecord": frozenset(records), "t": frozenset({0})})


def test_a_location_is_a_set_of_all_records() -> None:
    assert feature_set(Path("/f")) == FeatureSet(Path("/f"))
    assert feature_set(without(1)) == without(1)


def test_rows_left_out_are_gone_from_tables_and_files(file: Path) -> None:
    table = pq.read_table(file)
    assert without(1).of_table(table)["name"].to_pylist() == ["a", "c"]
    (content,) = without(1).of_file(file.read_bytes())
    assert pq.read_table(io.BytesIO(content)).equals(without(1).of_table(table))


def test_what_has_all_records_stays_as_it_is(file: Path) -> None:
    table = pq.read_table(file)
    assert without(7).of_table(table) is table
    assert list(without().of_file(file.read_bytes())) == [file.read_bytes()]


def test_a_file_of_which_nothing_stays_is_no_file(file: Path) -> None:
    assert list(without(0, 1, 2).of_file(file.read_bytes())) == []
