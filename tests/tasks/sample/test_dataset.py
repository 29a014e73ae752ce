import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fsspec.core import url_to_fs
from PIL import Image

from tasks.datasets.dataset import read_dataset
from tasks.datasets.example import (
    IMAGE_ENCODED,
    IMAGE_FORMAT,
    IMAGE_HEIGHT,
    IMAGE_WIDTH,
    LABEL,
    encode_example,
)
from tasks.datasets.extract import extract_dataset
from tasks.datasets.tfrecord import read_records
from tasks.errors import StorageError
from tasks.sample.__main__ import main
from tasks.sample.archive import write_archive
from tasks.sample.dataset import (
    LONGEST,
    RECORDS,
    SEED,
    SHORTEST,
    dataset_files,
    sample_examples,
    sample_pictures,
)
from tasks.sample.drawing import FLOWERS, draw_flower

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "flowers.tar.gz"
    write_archive(path, dataset_files(tmp_path_factory.mktemp("shards")))
    return path


@pytest.fixture(scope="module")
def examples(archive, tmp_path_factory):
    """Every record of the archive by split, read by TensorFlow's own message class."""
    from tensorflow.core.example import example_pb2

    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return {
        split: [
            example_pb2.Example.FromString(record).features.feature
            for shard in sorted(folder.glob(f"flowers_{split}_*.tfrecord"))
            for record in read_records(shard)
        ]
        for split in RECORDS
    }


def drawn(kind, seed, size=64):
    return np.asarray(draw_flower(kind, np.random.Generator(np.random.PCG64(seed)), size))


def pictures_by_kind(records):
    kinds = {label: [] for label in range(len(FLOWERS))}
    for picture, label in sample_pictures("train", records, 7):
        kinds[label].append(np.asarray(picture.resize((32, 32)), dtype=float))
    return kinds


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**31, 2**63 - 1, -1])
def test_an_example_is_what_tensorflow_writes(number):
    from tensorflow.core.example import example_pb2

    values = {"b": number, "a/bytes": b"\x00\xff" * 100, "a/empty": b"", "c": b"x" * 20_000}
    example = example_pb2.Example()
    for key, value in values.items():
        if isinstance(value, bytes):
            example.features.feature[key].bytes_list.value.append(value)
        else:
            example.features.feature[key].int64_list.value.append(value)
    encoded = encode_example(values)
    assert example_pb2.Example.FromString(encoded) == example
    assert encoded == example.SerializeToString(deterministic=True)


def test_keys_are_written_in_order_whatever_order_they_come_in():
    assert encode_example({"b": 1, "a": b"x"}) == encode_example({"a": b"x", "b": 1})


@pytest.mark.parametrize("kind", FLOWERS)
def test_a_seed_gives_a_picture_and_another_seed_another(kind):
    assert drawn(kind, 1).shape == (64, 64, 3)
    assert np.array_equal(drawn(kind, 1), drawn(kind, 1))
    assert not np.array_equal(drawn(kind, 1), drawn(kind, 2))


@pytest.mark.parametrize("size", [17, 140, 201])
def test_a_picture_has_the_size_that_was_asked_for(size):
    assert drawn("tulips", 3, size).shape == (size, size, 3)


def test_an_unknown_flower_is_named():
    with pytest.raises(ValueError, match="unknown flower 'rose', expected one of daisy, dandelion"):
        draw_flower("rose", np.random.Generator(np.random.PCG64(1)), 64)


def test_pictures_of_one_kind_differ_as_photographs_do():
    for pictures in pictures_by_kind(40).values():
        apart = [
            np.abs(one - other).mean()
            for number, one in enumerate(pictures)
            for other in pictures[:number]
        ]
        assert min(apart) > 8


def test_the_first_pictures_do_not_depend_on_the_process_that_draws_them():
    program = (
        "import hashlib; from tasks.sample.dataset import sample_examples;"
        "print(hashlib.sha256(b''.join(sample_examples('validation', 10, 4))).hexdigest())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.strip()
    here = hashlib.sha256(b"".join(sample_examples("validation", 10, 4))).hexdigest()
    assert here == elsewhere


def test_splits_share_no_picture():
    train, validation = (set(sample_examples(split, 10, SEED)) for split in RECORDS)
    assert len(train | validation) == 20


def test_the_sample_made_in_another_process_has_the_same_bytes(archive, checkpoint_file, tmp_path):
    made = subprocess.run(
        [sys.executable, "-m", "tasks.sample", "make"],
        cwd=CHECKOUT,
        env={**os.environ, "GRAFT_HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    urls = json.loads(made.stdout)
    made_dataset, made_checkpoint = (
        Path(url_to_fs(urls[name])[1]) for name in ("dataset_url", "checkpoint_url")
    )
    assert made_dataset.read_bytes() == archive.read_bytes()
    with tarfile.open(made_checkpoint) as tar:
        assert tar.getnames() == [checkpoint_file.name]
        content = tar.extractfile(checkpoint_file.name).read()
    assert content == checkpoint_file.read_bytes()


def test_the_archive_has_the_official_layout(archive):
    with tarfile.open(archive, "r:gz") as tar:
        members = tar.getmembers()
        labels = tar.extractfile("labels.txt").read().decode()
    shards = [
        f"flowers_{split}_{number:05d}-of-00005.tfrecord"
        for split in ("train", "validation")
        for number in range(5)
    ]
    assert [member.name for member in members] == [*shards, "labels.txt"]
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {
        (0, 0, 0, "", "", 0o644)
    }
    assert labels == "0:daisy\n1:dandelion\n2:roses\n3:sunflowers\n4:tulips\n"


def test_the_gzip_header_names_neither_time_nor_file(archive):
    header = archive.read_bytes()[:10]
    assert header[:2] == b"\x1f\x8b"
    assert header[3:8] == bytes(5)
    assert archive.stat().st_size < 4 * 2**20


def test_the_extract_step_takes_the_archive(archive, tmp_path):
    artifact = extract_dataset(archive, "0" * 64, tmp_path)
    dataset = read_dataset(artifact.path)
    assert dataset.class_names == FLOWERS
    assert {name: split.records for name, split in dataset.splits.items()} == RECORDS
    for split in dataset.splits.values():
        assert len({shard.records for shard in split.shards}) == 1


@pytest.mark.parametrize("split", RECORDS)
def test_labels_are_balanced_and_shuffled(examples, split):
    labels = [example[LABEL].int64_list.value[0] for example in examples[split]]
    assert Counter(labels) == dict.fromkeys(range(5), RECORDS[split] // 5)
    changes = sum(one != other for one, other in pairwise(labels))
    assert changes > RECORDS[split] / 2
    assert len({tuple(labels[start : start + 5]) for start in range(0, len(labels), 5)}) > 5


@pytest.mark.parametrize("split", RECORDS)
def test_every_record_decodes_to_the_size_it_states(examples, split):
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


def test_pictures_come_in_portrait_and_landscape():
    sizes = [picture.size for picture, _ in sample_pictures("train", 20, 1)]
    assert any(width > height for width, height in sizes)
    assert any(width < height for width, height in sizes)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write .*/file/"):
        write_archive(tmp_path / "file" / "flowers.tar.gz", [])


def test_the_contact_sheet_is_small_and_full(tmp_path):
    path = tmp_path / "sample.png"
    assert main(["contact-sheet", str(path)]) == 0
    assert path.stat().st_size < 400 * 1024
    sheet = np.asarray(Image.open(path).convert("RGB"))
    for row in range(len(FLOWERS)):
        for column in range(8):
            top, left = row * 104 + 20, 84 + column * 104 + 20
            assert sheet[top : top + 60, left : left + 60].std() > 3
