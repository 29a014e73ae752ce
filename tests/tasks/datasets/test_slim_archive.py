"""Archives in TF-Slim's layout, extracted and described."""

import json
from itertools import islice
from pathlib import Path

import pytest

from support.damage import flip_byte
from support.locations import local
from support.slim_archives import SHA256, TRAIN_0, TRAIN_1, VALIDATION, Extract, Files, example
from tasks.datasets.dataset import RECORDS_PER_CHUNK, read_dataset, shard_name
from tasks.datasets.slim_archive import extract_dataset
from tasks.datasets.tfrecord import read_records
from tasks.errors import DataError, StorageError
from tasks.storage.local_files import file_sha256


class TestGood:
    def test_description(self, extract: Extract, files: Files) -> None:
        artifact = extract(files)
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
        }

    def test_second_time_is_reused(self, extract: Extract, files: Files) -> None:
        assert extract(files).path == extract(files).path
        assert extract(files).reused

    @pytest.mark.parametrize("folder", ["./", "flowers/"])
    def test_root_may_be_a_folder(self, extract: Extract, files: Files, folder: str) -> None:
        artifact = extract({folder + name: content for name, content in files.items()})
        dataset = read_dataset(artifact.path)
        assert all(local(shard.path).is_file() for shard in dataset.splits["train"].shards)

    def test_names_in_the_archive_do_not_meet_ours(self, extract: Extract, files: Files) -> None:
        theirs = {**files, "dataset.json": b"theirs", "artifact.json": b"theirs"}
        extract(theirs)
        assert extract(theirs).reused

    @pytest.mark.parametrize(
        "labels", ["0:a\r\n1:b\r\n2:c\r\n", "0:a\n1:b\n2:c", "0: a\n1:b\n2:c\n\n"]
    )
    def test_labels_of_any_line_end(self, extract: Extract, files: Files, labels: str) -> None:
        artifact = extract({**files, "labels.txt": labels.encode()})
        assert read_dataset(artifact.path).class_names == ("a", "b", "c")


class TestBadLayout:
    def test_no_labels(self, extract: Extract, files: Files, tmp_path: Path) -> None:
        del files["labels.txt"]
        message = rf"^{tmp_path}/flowers.tar.gz: no labels.txt, expected at .*; it holds flowers_tr"
        with pytest.raises(DataError, match=message):
            extract(files)
        assert not list((tmp_path / "datasets").glob("*/"))

    def test_two_data_sets(self, extract: Extract, files: Files) -> None:
        with pytest.raises(DataError, match=r"2 labels.txt, expected one data set"):
            extract({**files, "more/labels.txt": b"0:a"})

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            (b"", "labels.txt is empty, expected lines '0:<class name>'"),
            (b"0:a\n2:b\n", "labels.txt: line '2:b', expected '1:<class name>'"),
            (b"1:a\n", "line '1:a', expected '0:<class name>'"),
            (b"daisy\n", "line 'daisy', expected '0:<class name>'"),
            (b"0:\n", "line '0:', expected '0:<class name>'"),
            (b"0:a\n1:a\n", "class 'a' has two labels, expected one"),
            (b"\xff\xfe\xfa", "labels.txt is not UTF-8 text"),
        ],
    )
    def test_bad_labels(self, extract: Extract, files: Files, labels: bytes, message: str) -> None:
        with pytest.raises(DataError, match=message):
            extract({**files, "labels.txt": labels})

    def test_missing_shards_are_named(self, extract: Extract, files: Files) -> None:
        content = files.pop(TRAIN_1)
        with pytest.raises(
            DataError, match=f"split 'train' has no {TRAIN_1}; expected 2 shards numbered 0 to 1"
        ):
            extract(files)
        del files[TRAIN_0]
        names = [shard_name("flowers", "train", number, 9) for number in range(8)]
        with pytest.raises(
            DataError, match=f"has no {', '.join(names[:5])} and 3 more; expected 9"
        ):
            extract({**files, shard_name("flowers", "train", 8, 9): content})

    def test_missing_split(self, extract: Extract, files: Files) -> None:
        del files[VALIDATION]
        message = "no shard of split 'validation', expected files such as <name>_validation_00000-"
        with pytest.raises(DataError, match=message):
            extract(files)

    def test_shard_number_too_high(self, extract: Extract, files: Files) -> None:
        wrong = shard_name("flowers", "train", 2, 2)
        with pytest.raises(DataError, match=f"split 'train' has one too many: {wrong}; expected 2"):
            extract({**files, wrong: b""})

    @pytest.mark.parametrize(
        "other", [shard_name("flowers", "train", 2, 3), shard_name("pets", "train", 0, 2)]
    )
    def test_shards_of_two_sets(self, extract: Extract, files: Files, other: str) -> None:
        with pytest.raises(
            DataError, match=r"'train' mixes shards of .*, .*; expected those of one"
        ):
            extract({**files, other: b""})

    def test_split_without_records(self, extract: Extract, files: Files) -> None:
        with pytest.raises(DataError, match="split 'validation' has no records, expected at least"):
            extract({**files, VALIDATION: b""})

    def test_not_an_archive(self, tmp_path: Path) -> None:
        (tmp_path / "a.tar").write_text("<html>")
        with pytest.raises(DataError, match=r"a\.tar .* is not an archive"):
            extract_dataset(
                tmp_path / "a.tar", file_sha256(tmp_path / "a.tar"), tmp_path / "datasets"
            )

    def test_an_archive_that_changed_after_its_download(self, tmp_path: Path) -> None:
        (tmp_path / "a.tar").write_text("whole")
        digest = file_sha256(tmp_path / "a.tar")
        flip_byte(tmp_path / "a.tar")
        with pytest.raises(DataError, match=r"/a\.tar has another content, .* run the DAG again"):
            extract_dataset(tmp_path / "a.tar", digest, tmp_path / "datasets")

    def test_cannot_write(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="cannot write"):
            extract_dataset(tmp_path / "a.tar", SHA256, tmp_path / "file" / "datasets")


class TestDamage:
    @pytest.mark.parametrize("name", ["dataset.json", f"content/{TRAIN_0}", "content/labels.txt"])
    def test_a_flipped_byte_is_made_anew(
        self, extract: Extract, files: Files, name: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = local(extract(files).path)
        before = (path / name).read_bytes()
        flip_byte(path / name)
        assert not extract(files).reused
        assert (path / name).read_bytes() == before
        assert f"{path} was changed after it was made ({name})" in caplog.text


class TestBadRecord:
    def test_bad_crc(self, extract: Extract, files: Files) -> None:
        files[TRAIN_0] = files[TRAIN_0][:-1] + b"?"
        with pytest.raises(
            DataError, match=f"{TRAIN_0}: record 99, at byte .*: bad CRC of its data"
        ):
            extract(files)

    def test_truncated(self, extract: Extract, files: Files) -> None:
        files[TRAIN_0] = files[TRAIN_0][:-9]
        with pytest.raises(DataError, match=f"{TRAIN_0}: record 99, .*truncated"):
            extract(files)

    def test_nothing_is_left_and_the_next_good_one_succeeds(
        self, extract: Extract, files: Files, tmp_path: Path
    ) -> None:
        with pytest.raises(DataError):
            extract({**files, TRAIN_0: files[TRAIN_0][:-9]})
        assert not [path for path in (tmp_path / "datasets").iterdir() if path.is_dir()]
        assert not extract(files).reused


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
