"""The description of an extracted data set."""

import json
from pathlib import Path

import pytest

from support.locations import local
from support.slim_archives import TRAIN_0, TRAIN_1, Extract, Files, example
from tasks.datasets.dataset import RECORDS_PER_CHUNK, SPLITS, read_dataset, shard_name
from tasks.datasets.tfrecord import read_records
from tasks.errors import DataError


def test_read_dataset(extract_files: Extract, files: Files) -> None:
    path = extract_files(files).path
    dataset = read_dataset(path)
    train = dataset.splits["train"]
    assert dataset.path == path
    assert dataset.class_names == ("daisy", "dandelion", "roses")
    assert dataset.records_per_chunk == RECORDS_PER_CHUNK
    assert (train.records, train.class_counts) == (102, (34, 33, 35))
    assert [shard.path for shard in train.shards] == [
        path / "content" / TRAIN_0,
        path / "content" / TRAIN_1,
    ]
    first = train.shards[0]
    assert list(read_records(local(first.path), first.chunk_offsets[1], 1)) == [example(64 % 3)]


def test_not_a_data_set(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not a data set: dataset\.json cannot be read"):
        read_dataset(tmp_path)


def test_damaged(extract_files: Extract, files: Files) -> None:
    path = extract_files(files).path
    (path / "dataset.json").write_text('{"class_names": []}')
    with pytest.raises(DataError, match="KeyError"):
        read_dataset(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "JSONDecodeError"), ("[]", "TypeError"), ('{"class_names": 3}', "TypeError")],
)
def test_what_describes_no_data_set(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "dataset.json").write_text(text)
    message = rf"^{tmp_path} is not a data set: dataset\.json cannot be read \({reason}"
    with pytest.raises(DataError, match=message):
        read_dataset(tmp_path)


def test_a_missing_split_is_named(extract_files: Extract, files: Files) -> None:
    path = extract_files(files).path
    fields = json.loads((path / "dataset.json").read_text())
    del fields["splits"]["validation"]
    (path / "dataset.json").write_text(json.dumps(fields))
    with pytest.raises(DataError, match=r"KeyError\('validation'\)"):
        read_dataset(path)


def test_paths_are_absolute_wherever_it_is_read_from(
    extract_files: Extract, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = extract_files(files).path
    monkeypatch.chdir(path.parent)
    dataset = read_dataset(Path(path.name))
    assert dataset == read_dataset(path)
    assert all(str(s.path).startswith(f"{path}/") for t in SPLITS for s in dataset.splits[t].shards)


@pytest.mark.parametrize(
    ("number", "count", "name"),
    [
        (0, 5, "flowers_train_00000-of-00005.tfrecord"),
        (12345, 99999, "flowers_train_12345-of-99999.tfrecord"),
    ],
)
def test_shard_name(number: int, count: int, name: str) -> None:
    assert shard_name("flowers", "train", number, count) == name
