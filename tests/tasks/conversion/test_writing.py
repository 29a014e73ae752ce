"""The second pass by executors."""

from pathlib import Path
from typing import Any

import pytest

from support.sources import FILES, encoded, image, write_folder
from tasks.conversion import spark
from tasks.conversion.writing import _bases
from tasks.datasets import convert
from tasks.errors import DataError


def test_bands_begin_where_those_before_them_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.datasets.shards.SHARD_BYTES", 10)
    sizes = {("train", "0ff"): 20, ("validation", "000"): 5, ("train", "000"): 11}
    assert _bases(sizes) == [
        ("train", "000", 0, 4, 31),
        ("train", "0ff", 11, 4, 31),
        ("validation", "000", 0, 1, 5),
    ]


def test_a_picture_that_was_changed_meanwhile_is_named(
    by_spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_folder(tmp_path / "in", FILES)
    decide = convert.decide

    def change_and_decide(*arguments: Any) -> Any:
        (source / "rose" / "3.jpg").write_bytes(encoded(image(99)))
        return decide(*arguments)

    monkeypatch.setattr(spark, "decide", change_and_decide)
    with pytest.raises(DataError, match=r"'rose/3.jpg' was changed while the data set was read"):
        by_spark(source, tmp_path / "made")
    assert not (tmp_path / "made").exists()
