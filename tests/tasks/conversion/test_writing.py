"""The second pass by executors."""

from pathlib import Path
from typing import Any

import pytest

from support.sources import FILES, encoded, image, write_folder
from tasks.conversion import spark
from tasks.datasets import convert
from tasks.errors import DataError


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
