"""Every source of pictures keeps its side of the bargain."""

from pathlib import Path

import pytest

from support.sources import (
    FILES,
    LABELS,
    csv_list,
    labelled,
    parquet,
    rows_of,
    shard,
    slim_record,
    write_folder,
)
from tasks.datasets.entry import Source
from tasks.datasets.folder_tree import Folder
from tasks.datasets.recognise import recognise


@pytest.fixture(params=["folder", "list", "parquet", "tfrecord", "gzip"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    layouts = {
        "folder": dict(FILES),
        "list": {**FILES, "list.csv": csv_list(rows_of(FILES))},
        "parquet": {"a.parquet": parquet(FILES, tmp_path)},
        "tfrecord": {
            "a.tfrecord": shard(tmp_path, *labelled(FILES, slim_record)),
            "labels.txt": LABELS,
        },
        "gzip": {
            "a.tfrecord": shard(tmp_path, *labelled(FILES, slim_record), compressed=True),
            "labels.txt": LABELS,
        },
    }
    return recognise(Folder(write_folder(tmp_path / "f", layouts[request.param])))


def test_pictures_are_loaded_and_read_again(source: Source) -> None:
    entries = list(source.entries())
    assert source.total in {None, len(entries)}
    found = {}
    for entry in entries:
        loaded = source.load(entry)
        found[loaded.name] = loaded.data
        if entry.place is not None:
            assert source.read(entry.place) == loaded.data
    assert found == FILES
    assert source.splits == frozenset()
