"""The records and the shards that are written."""

from pathlib import Path

import pytest

from support.sources import (
    CLASSES,
    FILES,
    Extract,
    fields,
    pictures,
    records,
    write_folder,
)
from tasks.datasets.tfrecord import read_records


def test_a_record_has_picture_size_class_and_name(extract: Extract, tmp_path: Path) -> None:
    dataset = extract(write_folder(tmp_path / "folder", FILES))
    found = {}
    for split in records(dataset).values():
        for record in split:
            values = fields(record)
            found[values["image/filename"].decode()] = values
    assert set(found) == set(FILES)
    for name, values in found.items():
        label = CLASSES.index(name.split("/")[0])
        assert values == {
            "image/encoded": FILES[name],
            "image/format": b"jpg",
            "image/width": 24,
            "image/height": 16,
            "image/class/label": label,
            "image/class/text": CLASSES[label].encode(),
            "image/filename": name.encode(),
        }


def test_class_counts_are_those_of_the_records(extract: Extract, tmp_path: Path) -> None:
    dataset = extract(write_folder(tmp_path / "folder", FILES))
    for split, of in records(dataset).items():
        labels = [fields(record)["image/class/label"] for record in of]
        counts = tuple(labels.count(label) for label in range(3))
        assert dataset.splits[split].class_counts == counts
        assert dataset.splits[split].records == len(of)


def test_shards_are_of_bounded_size_and_their_chunks_are_found(
    extract: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = pictures(90)
    whole = extract(write_folder(tmp_path / "folder", files))
    monkeypatch.setattr("tasks.datasets.shards.SHARD_BYTES", 60_000)
    cut = extract(write_folder(tmp_path / "again", files))
    shards = cut.splits["train"].shards
    assert len(shards) > 2
    assert [shard.path.name for shard in shards] == [
        f"pictures_train_{i:05d}-of-{len(shards):05d}.tfrecord" for i in range(len(shards))
    ]
    assert max(shard.bytes for shard in shards) < 62_000
    assert records(cut) == records(whole)
    for each in shards:
        path = Path(str(each.path))
        all_records = list(read_records(path))
        assert (each.bytes, each.records) == (path.stat().st_size, len(all_records))
        for number, offset in enumerate(each.chunk_offsets):
            first = all_records[number * cut.records_per_chunk]
            assert next(read_records(path, offset)) == first
