from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from support.trained import write_features
from tasks.data_checks import records as module
from tasks.data_checks.records import collect_records, sample_of


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, list[Any]]:
    def write(split: str, first: int, names: list[str]) -> list[Any]:
        vectors = [[float(first + i)] * 3 for i in range(len(names))]
        folder = write_features(
            tmp_path / split, vectors, [i % 2 for i in range(len(names))], names
        )
        table = pq.read_table(folder)
        return [table[:2], table[2:]]

    return {
        "train": write("train", 0, ["a", "b", "c", "d"]),
        "validation": write("validation", 4, ["a", "x", "y"]),
    }


def test_records_of_all_splits_without_those_left_out(tables: dict[str, list[Any]]) -> None:
    left_out = {"train": {"s.tfrecord": frozenset({2, 3})}, "validation": {}}
    found = collect_records(tables, left_out, 5)
    assert found.split == ["train"] * 2 + ["validation"] * 3
    assert (found.name, found.record) == (["a", "b", "a", "x", "y"], [0, 1, 0, 1, 2])
    assert found.label.tolist() == [0, 1, 0, 1, 0]
    assert found.row.tolist() == [0, 1, 2, 3, 4]
    assert found.feature[:, 0].tolist() == [0, 1, 4, 5, 6]
    assert found.digest[0] == found.digest[2] != found.digest[1]


def test_features_that_do_not_fit_are_chosen_by_content(
    tables: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 7 * 12 / 2)
    found = collect_records(tables, {}, 7)
    assert len(found.split) == 7
    assert 0 < len(found.row) < 7
    assert found.feature[:, 0].tolist() == found.row.tolist()
    # Equal pictures are in it, or are not, together.
    assert (0 in found.row) is (4 in found.row)


def test_no_records() -> None:
    found = collect_records({"train": []}, {}, 0)
    assert len(found.row) == len(found.split) == len(sample_of(found, 10)) == 0


def test_a_sample_has_the_first_of_equal_pictures(tables: dict[str, list[Any]]) -> None:
    found = collect_records(tables, {}, 7)
    assert sample_of(found, 10).tolist() == [0, 1, 2, 3, 5, 6]
    few = sample_of(found, 3)
    assert len(few) == 3
    assert few.tolist() == sorted(set(few.tolist()))
    numbers = np.array([int(found.digest[row][:15], 16) for row in (0, 1, 2, 3, 5, 6)])
    assert {found.digest[row][:15] for row in few} == {f"{n:015x}" for n in np.sort(numbers)[:3]}
