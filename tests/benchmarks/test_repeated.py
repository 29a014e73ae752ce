from pathlib import Path

import pytest

from benchmarks.repeated import cut_archive, repeat_dataset
from support.locations import local
from tasks.datasets.dataset import read_dataset
from tasks.datasets.extract import extract_dataset
from tasks.datasets.tfrecord import read_records
from tasks.storage.local_files import file_sha256


@pytest.mark.parametrize("times", [1, 3])
def test_a_repeated_data_set_is_more_shards_of_the_same_files(dataset: Path, times: int) -> None:
    once = read_dataset(dataset)
    repeated = read_dataset(repeat_dataset(dataset, times, dataset.parent / f"repeated-{times}"))
    assert repeated.class_names == once.class_names
    for split, given in repeated.splits.items():
        assert given.records == once.splits[split].records * times
        assert given.class_counts == tuple(n * times for n in once.splits[split].class_counts)
        assert len(given.shards) == len(once.splits[split].shards) * times
        assert len({shard.path for shard in given.shards}) == len(given.shards)
        for shard, first in zip(given.shards, once.splits[split].shards * times, strict=True):
            assert local(shard.path).samefile(local(first.path))
            assert len(list(read_records(local(shard.path)))) == shard.records


def test_a_cut_archive_is_a_data_set(dataset_archive: Path, tmp_path: Path) -> None:
    (tmp_path / "cut").mkdir()
    cut = cut_archive(dataset_archive, 6, tmp_path / "cut")
    data = read_dataset(extract_dataset(cut, file_sha256(cut), tmp_path).path)
    # 5 and 3, 2 and 2 records: half of each shard, rounded up.
    assert [s.records for split in data.splits.values() for s in split.shards] == [3, 2, 1, 1]
