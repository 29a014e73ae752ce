import hashlib
import io
import tarfile
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from support import python_programs
from tasks.datasets.dataset import read_dataset
from tasks.datasets.example import (
    IMAGE_ENCODED,
    IMAGE_FORMAT,
    IMAGE_HEIGHT,
    IMAGE_WIDTH,
    LABEL,
)
from tasks.datasets.extract import extract_dataset
from tasks.datasets.tfrecord import read_records
from tasks.sample.dataset import (
    LONGEST,
    RECORDS,
    SEED,
    SHORTEST,
    sample_examples,
    sample_pictures,
)
from tasks.sample.drawing.flower import FLOWERS


@pytest.fixture(scope="module")
def examples(
    sample_archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Any]]:
    """Every record of the archive by split, read by TensorFlow's own message class."""
    from tensorflow.core.example import example_pb2

    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sample_archive) as tar:
        tar.extractall(folder, filter="data")
    return {
        split: [
            example_pb2.Example.FromString(record).features.feature
            for shard in sorted(folder.glob(f"flowers_{split}_*.tfrecord"))
            for record in read_records(shard)
        ]
        for split in RECORDS
    }


def pictures_by_kind(records: int) -> dict[int, list[np.ndarray]]:
    kinds: dict[int, list[np.ndarray]] = {label: [] for label in range(len(FLOWERS))}
    for picture, label in sample_pictures("train", records, 7):
        kinds[label].append(np.asarray(picture.resize((32, 32)), dtype=float))
    return kinds


def test_pictures_of_one_kind_differ_as_photographs_do() -> None:
    for pictures in pictures_by_kind(40).values():
        apart = [
            np.abs(one - other).mean()
            for number, one in enumerate(pictures)
            for other in pictures[:number]
        ]
        assert min(apart) > 8


def test_the_first_pictures_do_not_depend_on_the_process_that_draws_them() -> None:
    elsewhere = python_programs.run("draw_sample")
    here = hashlib.sha256(b"".join(sample_examples("validation", 10, 4))).hexdigest()
    assert elsewhere.stdout == f"{here}\n", elsewhere.stderr


def test_splits_share_no_picture() -> None:
    train, validation = (set(sample_examples(split, 10, SEED)) for split in RECORDS)
    assert len(train | validation) == 20


def test_the_extract_step_takes_the_archive(sample_archive: Path, tmp_path: Path) -> None:
    artifact = extract_dataset(sample_archive, "0" * 64, tmp_path)
    dataset = read_dataset(artifact.path)
    assert dataset.class_names == FLOWERS
    assert {name: split.records for name, split in dataset.splits.items()} == RECORDS
    for split in dataset.splits.values():
        assert len({shard.records for shard in split.shards}) == 1


@pytest.mark.parametrize("split", RECORDS)
def test_labels_are_balanced_and_shuffled(examples: dict[str, list[Any]], split: str) -> None:
    labels = [example[LABEL].int64_list.value[0] for example in examples[split]]
    assert Counter(labels) == dict.fromkeys(range(5), RECORDS[split] // 5)
    changes = sum(one != other for one, other in pairwise(labels))
    assert changes > RECORDS[split] / 2
    assert len({tuple(labels[start : start + 5]) for start in range(0, len(labels), 5)}) > 5


@pytest.mark.parametrize("split", RECORDS)
def test_every_record_decodes_to_the_size_it_states(
    examples: dict[str, list[Any]], split: str
) -> None:
    for example in examples[split]:
        assert set(example) == {IMAGE_ENCODED, IMAGE_FORMAT, IMAGE_HEIGHT, IMAGE_WIDTH, LABEL}
        assert example[IMAGE_FORMAT].bytes_list.value[0] == b"jpg"
        picture = Image.open(io.BytesIO(example[IMAGE_ENCODED].bytes_list.value[0]))
        picture.load()
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        stated = (
            example[IMAGE_WIDTH].int64_list.value[0],
            example[IMAGE_HEIGHT].int64_list.value[0],
        )
        assert picture.size == stated
        assert all(SHORTEST <= side <= LONGEST for side in stated)


def test_pictures_come_in_portrait_and_landscape() -> None:
    sizes = [picture.size for picture, _ in sample_pictures("train", 20, 1)]
    assert any(width > height for width, height in sizes)
    assert any(width < height for width, height in sizes)
