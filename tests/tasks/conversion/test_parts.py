"""The plan of the shards."""

import pytest

from tasks.conversion.parts import bases_of


def test_bands_begin_where_those_before_them_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.datasets.shards.SHARD_BYTES", 10)
    sizes = {("train", "0ff"): 20, ("validation", "000"): 5, ("train", "000"): 11}
    assert bases_of(sizes) == [
        ("train", "000", 0, 4, 31),
        ("train", "0ff", 11, 4, 31),
        ("validation", "000", 0, 1, 5),
    ]
