"""The first pass by executors."""

from pathlib import Path
from typing import Any

import pytest

from support.sources import FILES, csv_list, rows_of, write_folder
from tasks.errors import DataError


def test_a_picture_of_a_list_that_is_not_there_is_named(
    by_spark: Any, here: Any, tmp_path: Path
) -> None:
    files = {name: content for name, content in FILES.items() if name != "rose/3.jpg"}
    rows = rows_of(FILES)
    source = write_folder(tmp_path / "in", {**files, "sub/l.csv": b"", "l.csv": csv_list(rows)})
    with pytest.raises(DataError, match=r"l.csv: line \d+: rose/3.jpg' is not there") as caught:
        by_spark(source, tmp_path / "made")
    assert "Traceback" not in str(caught.value)


def test_damaged_records_are_named(by_spark: Any, tmp_path: Path) -> None:
    from support.sources import labelled, shard, slim_record

    content = shard(tmp_path, *labelled(FILES, slim_record))
    source = write_folder(tmp_path / "in", {"all.tfrecord": content[:-7]})
    with pytest.raises(DataError, match=r"in: all.tfrecord: record 23, at byte .*: truncated"):
        by_spark(source, tmp_path / "made")
