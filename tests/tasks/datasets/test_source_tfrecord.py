"""Records in TF-Slim's layout, extracted and described."""

import gzip
import json
import logging
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from support.locations import local
from support.slim_archives import (
    SHA256,
    TRAIN_0,
    TRAIN_1,
    VALIDATION,
    Extract,
    Files,
    Shard,
    example,
)
from support.sources import encoded, image
from tasks.datasets import progress
from tasks.datasets.dataset import RECORDS_PER_CHUNK, read_dataset, shard_name
from tasks.datasets.extract import extract_dataset
from tasks.datasets.tfrecord import read_records
from tasks.errors import DataError, StorageError
from tasks.storage.artifact import is_whole
from tasks.storage.local_files import file_sha256


class TestGood:
    def test_description(self, extract_files: Extract, files: Files) -> None:
        artifact = extract_files(files)
        fields = json.loads((artifact.path / "dataset.json").read_text())
        size = len(example(0)) + 16
        assert fields == {
            "class_names": ["daisy", "dandelion", "roses"],
            "chunk": RECORDS_PER_CHUNK,
            "splits": {
                "train": {
                    "records": 102,
                    "class_counts": [34, 33, 35],
                    "shards": [
                        {
                            "file": f"content/{TRAIN_0}",
                            "records": 100,
                            "bytes": 100 * size,
                            "chunk_offsets": [0, 64 * size],
                        },
                        {
                            "file": f"content/{TRAIN_1}",
                            "records": 2,
                            "bytes": 2 * size,
                            "chunk_offsets": [0],
                        },
                    ],
                },
                "validation": {
                    "records": 1,
                    "class_counts": [0, 1, 0],
                    "shards": [
                        {
                            "file": f"content/{VALIDATION}",
                            "records": 1,
                            "bytes": size,
                            "chunk_offsets": [0],
                        }
                    ],
                },
            },
            "layout": "tfrecord",
            "counts": {
                "read": 103,
                "converted": 0,
                "junk": 0,
                "links": 0,
                "others": 0,
                "copies": 102,
                "skipped": 0,
            },
            "notes": ["102 records with the same picture as another one; kept"],
            "warnings": [
                "1 picture in more than one split: what is measured looks too good",
                f"1 picture in two classes: '{TRAIN_0}#0' in class 'daisy' and '{TRAIN_0}#1' in "
                "class 'dandelion'",
                "classes without a picture in split 'validation': 'daisy', 'roses'",
            ],
        }

    def test_second_time_is_reused(self, extract_files: Extract, files: Files) -> None:
        assert extract_files(files).path == extract_files(files).path
        assert extract_files(files).reused

    @pytest.mark.parametrize("folder", ["./", "flowers/"])
    def test_root_may_be_a_folder(self, extract_files: Extract, files: Files, folder: str) -> None:
        artifact = extract_files({folder + name: content for name, content in files.items()})
        dataset = read_dataset(artifact.path)
        assert all(local(shard.path).is_file() for shard in dataset.splits["train"].shards)

    def test_names_in_the_archive_do_not_meet_ours(
        self, extract_files: Extract, files: Files
    ) -> None:
        theirs = {**files, "dataset.json": b"theirs", "artifact.json": b"theirs"}
        made = extract_files(theirs)
        assert read_dataset(made.path).class_names == ("daisy", "dandelion", "roses")
        assert is_whole(made.path)

    @pytest.mark.parametrize(
        "labels", ["0:a\r\n1:b\r\n2:c\r\n", "0:a\n1:b\n2:c", "0: a\n1:b\n2:c\n\n"]
    )
    def test_labels_of_any_line_end(
        self, extract_files: Extract, files: Files, labels: str
    ) -> None:
        artifact = extract_files({**files, "labels.txt": labels.encode()})
        assert read_dataset(artifact.path).class_names == ("a", "b", "c")


class TestBadLayout:
    def test_no_labels(self, extract_files: Extract, files: Files) -> None:
        del files["labels.txt"]
        dataset = read_dataset(extract_files(files).path)
        assert dataset.class_names == ("0", "1", "2")
        assert any("classes are called by their numbers" in each for each in dataset.warnings)

    def test_two_data_sets(self, extract_files: Extract, files: Files) -> None:
        with pytest.raises(DataError, match=r"2 labels.txt, expected one data set"):
            extract_files({**files, "more/labels.txt": b"0:a"})

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            (b"", "labels.txt is empty, expected lines '0:<class name>'"),
            (b"0:a\n2:b\n", "labels.txt: line '2:b', expected '1:<class name>'"),
            (b"7:a\n", "line '7:a', expected '0:<class name>'"),
            (b"0:a\ndaisy\n", "line 'daisy', expected '1:<class name>'"),
            (b"0:\n", "line '0:', expected '0:<class name>'"),
            (b"0:a\n1:a\n", "class 'a' has two labels, expected one"),
            (b"\xff\xfe\xfa", "labels.txt is not UTF-8 text"),
        ],
    )
    def test_bad_labels(
        self, extract_files: Extract, files: Files, labels: bytes, message: str
    ) -> None:
        with pytest.raises(DataError, match=message):
            extract_files({**files, "labels.txt": labels})

    def test_missing_shards_are_named(self, extract_files: Extract, files: Files) -> None:
        content = files.pop(TRAIN_1)
        with pytest.raises(
            DataError, match=f"split 'train' has no {TRAIN_1}; expected 2 shards numbered 0 to 1"
        ):
            extract_files(files)
        del files[TRAIN_0]
        names = [shard_name("flowers", "train", number, 9) for number in range(8)]
        with pytest.raises(
            DataError, match=f"has no {', '.join(names[:5])} and 3 more; expected 9"
        ):
            extract_files({**files, shard_name("flowers", "train", 8, 9): content})

    def test_missing_validation_is_taken_out_of_training(
        self, extract_files: Extract, files: Files, shard: Shard
    ) -> None:
        del files[VALIDATION]
        more = (encoded(image(seed)) for seed in range(100))
        files[TRAIN_0] = shard(*(example(n % 3, each) for n, each in enumerate(more)))
        files[TRAIN_1] = shard(example(2, encoded(image(100))))
        dataset = read_dataset(extract_files(files).path)
        assert dataset.splits["train"].records + dataset.splits["validation"].records == 101
        assert any("no split for validation" in warning for warning in dataset.warnings)

    def test_missing_training(self, extract_files: Extract, files: Files) -> None:
        del files[TRAIN_0], files[TRAIN_1]
        with pytest.raises(DataError, match="split 'train' has no records, expected at least one"):
            extract_files(files)

    def test_shard_number_too_high(self, extract_files: Extract, files: Files) -> None:
        wrong = shard_name("flowers", "train", 2, 2)
        with pytest.raises(DataError, match=f"split 'train' has one too many: {wrong}; expected 2"):
            extract_files({**files, wrong: b""})

    @pytest.mark.parametrize(
        "other", [shard_name("flowers", "train", 2, 3), shard_name("pets", "train", 0, 2)]
    )
    def test_shards_of_two_sets(self, extract_files: Extract, files: Files, other: str) -> None:
        with pytest.raises(
            DataError, match=r"'train' mixes shards of .*, .*; expected those of one"
        ):
            extract_files({**files, other: b""})

    def test_split_without_records(self, extract_files: Extract, files: Files) -> None:
        with pytest.raises(DataError, match="split 'validation' has no records, expected at least"):
            extract_files({**files, VALIDATION: b""})

    def test_not_an_archive(self, tmp_path: Path) -> None:
        (tmp_path / "a.tar").write_bytes(gzip.compress(b"text"))
        with pytest.raises(DataError, match=r"a\.tar .* is not an archive"):
            extract_dataset(tmp_path / "a.tar", SHA256, tmp_path / "datasets")

    def test_cannot_write(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="cannot write"):
            extract_dataset(tmp_path / "a.tar", SHA256, tmp_path / "file" / "datasets")


class TestBadRecord:
    def test_bad_crc(self, extract_files: Extract, files: Files) -> None:
        files[TRAIN_0] = files[TRAIN_0][:-1] + b"?"
        with pytest.raises(
            DataError, match=f"{TRAIN_0}: record 99, at byte .*: bad CRC of its data"
        ):
            extract_files(files)

    def test_truncated(self, extract_files: Extract, files: Files) -> None:
        files[TRAIN_0] = files[TRAIN_0][:-9]
        with pytest.raises(DataError, match=f"{TRAIN_0}: record 99, .*truncated"):
            extract_files(files)

    def test_nothing_is_left_and_the_next_good_one_succeeds(
        self, extract_files: Extract, files: Files, tmp_path: Path
    ) -> None:
        with pytest.raises(DataError):
            extract_files({**files, TRAIN_0: files[TRAIN_0][:-9]})
        assert not [path for path in (tmp_path / "datasets").iterdir() if path.is_dir()]
        assert not extract_files(files).reused


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"image": None}, "has no feature 'image/encoded'; it has image/class/label, image/f"),
        ({"label": None}, "has no feature 'image/class/label'; it has image/encoded, image/f"),
        ({"image": b""}, r"'image/encoded' holds strings of \[0\] bytes, expected one picture"),
        ({"label": 3}, "'image/class/label' is 3, expected 0 to 2 as in labels.txt"),
        ({"label": -1}, "'image/class/label' is -1, expected 0 to 2"),
        ({"more_labels": [1]}, "'image/class/label' holds 2 integers, expected 1"),
    ],
)
def test_feature(
    extract_files: Extract,
    files: Files,
    shard: Shard,
    record: dict[str, Any],
    message: str,
) -> None:
    files[TRAIN_1] = shard(example(), example(**record))
    with pytest.raises(DataError, match=f"flowers.tar.gz: {TRAIN_1}: record 1: {message}"):
        extract_files(files)


def test_not_an_example(extract_files: Extract, files: Files, shard: Shard) -> None:
    files[TRAIN_1] = shard(example(), b"\xff\xff nonsense")
    with pytest.raises(DataError, match=f"{TRAIN_1}: record 1 is not a tf.train.Example"):
        extract_files(files)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"\xff\xff nonsense", "record 7 is not a tf.train.Example: "),
        (b"", "record 7: has no feature 'image/encoded'; it has"),
    ],
)
def test_a_bad_record_is_named(
    extract_files: Extract, files: Files, shard: Shard, payload: bytes, message: str
) -> None:
    files[TRAIN_1] = shard(*(example() for _ in range(7)), payload)
    with pytest.raises(DataError, match=f"flowers.tar.gz: {TRAIN_1}: {message}"):
        extract_files(files)


def test_progress(
    extract_files: Extract,
    files: Files,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "_PROGRESS_SECONDS", 0)
    caplog.set_level(logging.INFO)
    extract_files(files)
    assert any(line.startswith("read: 16 pictures, ") for line in caplog.messages)
    assert any(line.startswith("read: 103 pictures, ") for line in caplog.messages)


def test_real_archive(fixtures_folder: Path, tmp_path: Path) -> None:
    archive = fixtures_folder / "flowers.tar.gz"
    artifact = extract_dataset(archive, file_sha256(archive), tmp_path)
    dataset = read_dataset(artifact.path)
    assert dataset.class_names == ("daisy", "dandelion", "roses", "sunflowers", "tulips")
    assert {name: split.records for name, split in dataset.splits.items()} == {
        "train": 3320,
        "validation": 350,
    }
    for split in dataset.splits.values():
        assert sum(split.class_counts) == split.records
        assert len(split.shards) == 5
        for shard in split.shards:
            last = len(shard.chunk_offsets) - 1
            path = local(shard.path)
            whole = list(read_records(path))
            tail = list(read_records(path, shard.chunk_offsets[last]))
            assert tail == list(islice(whole, last * RECORDS_PER_CHUNK, None))
            assert len(whole) == shard.records
