"""Every layout from its files to a data set."""

import logging
import os
from pathlib import Path

import fsspec
import pytest

from support.damage import flip_byte
from support.sources import (
    CLASSES,
    FILES,
    LABELS,
    Extract,
    contents,
    csv_list,
    encoded,
    image,
    json_list,
    labelled,
    parquet,
    rows_of,
    shard,
    slim_record,
    tfds_record,
    write_folder,
    write_tar,
    write_zip,
)
from tasks.datasets.dataset import read_dataset
from tasks.datasets.extract import extract_dataset
from tasks.datasets.fetch import source_of
from tasks.datasets.options import Options
from tasks.datasets.tfrecord import read_records
from tasks.download.folder import download_folder
from tasks.errors import DataError, StorageError
from tasks.networks.tensorflow import import_example
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.content import _hash
from tasks.storage.manifest import read_manifest


def _sources(folder: Path) -> dict[str, Path]:
    """Return the same pictures in every layout."""
    enclosed = {f"home/me/flowers/{name}": content for name, content in FILES.items()}
    junk = {
        "__MACOSX/daisy/._0.jpg": b"junk",
        "daisy/.DS_Store": b"junk",
        "rose/Thumbs.db": b"junk",
        "README.txt": b"Pictures of flowers.",
    }
    rows = rows_of(FILES)
    texts = [
        slim_record(content, CLASSES.index(name.split("/")[0]), name, name.split("/")[0])
        for name, content in FILES.items()
    ]
    return {
        "folder": write_folder(folder / "folder", FILES),
        "folder in folders": write_folder(folder / "deep", enclosed),
        "folder with junk": write_folder(folder / "junk", {**FILES, **junk}),
        "tar": write_tar(folder / "a.tar", FILES, "w"),
        "tar.gz": write_tar(folder / "a.tgz", {f"./{n}": c for n, c in FILES.items()}),
        "tar.xz": write_tar(folder / "a.tar.xz", enclosed, "w:xz"),
        "zip": write_zip(folder / "a.zip", {**FILES, **junk}),
        "zip in folders": write_zip(folder / "deep.zip", enclosed),
        "csv": write_folder(folder / "csv", {**FILES, "list.csv": csv_list(rows)}) / "list.csv",
        "jsonl": write_folder(folder / "jsonl", {**FILES, "list.jsonl": json_list(rows)})
        / "list.jsonl",
        "csv in a zip": write_zip(folder / "list.zip", {**FILES, "labels.csv": csv_list(rows)}),
        "parquet": write_folder(folder / "parquet", {"data/all.parquet": parquet(FILES, folder)}),
        "one parquet file": write_folder(
            folder, {"names.parquet": parquet(FILES, folder, class_labels=False)}
        )
        / "names.parquet",
        "tfrecord": write_tar(
            folder / "records.tar",
            {
                "labels.txt": LABELS,
                "part-00000-of-00001.tfrecord": shard(folder, *labelled(FILES, slim_record)),
            },
        ),
        "tfds": write_folder(
            folder / "tfds",
            {
                "label.labels.txt": "\n".join(CLASSES).encode(),
                "flowers.tfrecord-00000-of-00001": shard(folder, *labelled(FILES, tfds_record)),
            },
        ),
        "gzip records": write_tar(
            folder / "zipped.tar",
            {
                "labels.txt": LABELS,
                "all.tfrecord.gz": shard(folder, *labelled(FILES, slim_record), compressed=True),
            },
        ),
        "records from one": write_folder(
            folder / "one",
            {
                "labels.txt": "\n".join(CLASSES).encode(),
                "all.record": shard(folder, *labelled(FILES, slim_record, 1)),
            },
        ),
        "records with texts": write_folder(
            folder / "texts", {"all-00000-of-00001": shard(folder, *texts)}
        ),
        "one record file": write_folder(folder, {"all.tfrecord": shard(folder, *texts)})
        / "all.tfrecord",
    }


def test_the_same_pictures_give_the_same_files_in_every_layout(
    extract: Extract, tmp_path: Path
) -> None:
    sources = _sources(tmp_path)
    first = extract(sources["folder"])
    assert first.class_names == CLASSES
    assert sum(split.records for split in first.splits.values()) == len(FILES)
    for name, source in sources.items():
        assert contents(extract(source)) == contents(first), name


def test_what_is_made_is_a_source_that_stays_as_it_is(extract: Extract, tmp_path: Path) -> None:
    made = extract(write_folder(tmp_path / "folder", FILES))
    again = extract(made.path / "content")
    assert contents(again) == contents(made)
    assert again.splits["train"].class_counts == made.splits["train"].class_counts
    assert again.counts["converted"] == 0


class TestArtifact:
    def test_the_second_time_it_is_reused(self, tmp_path: Path) -> None:
        folder = write_folder(tmp_path / "f", FILES)
        first = extract_dataset(folder, "digest", tmp_path / "datasets")
        assert not first.reused
        assert extract_dataset(folder, "digest", tmp_path / "datasets").reused
        other = Options(validation_share=0.2)
        assert not extract_dataset(folder, "digest", tmp_path / "datasets", other).reused

    def test_nothing_is_left_of_a_failure(self, extract: Extract, tmp_path: Path) -> None:
        with pytest.raises(DataError):
            extract(write_tar(tmp_path / "a.tar", {**FILES, "rose/bad.jpg": b""}))
        assert not [path for path in (tmp_path / "datasets").iterdir() if path.is_dir()]

    def test_only_the_data_set_is_left_of_an_archive(
        self, extract: Extract, tmp_path: Path
    ) -> None:
        dataset = extract(write_tar(tmp_path / "a.tar", FILES))
        assert {path.name for path in dataset.path.iterdir()} == {
            "artifact.json",
            "content",
            "dataset.json",
        }

    def test_cannot_write(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        folder = write_folder(tmp_path / "f", FILES)
        with pytest.raises(StorageError, match="cannot write"):
            extract_dataset(folder, "digest", tmp_path / "file" / "datasets")

    def test_progress(
        self, extract: Extract, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        extract(write_folder(tmp_path / "f", FILES))
        assert any(line.startswith("read: 24 pictures, ") for line in caplog.messages)
        assert any(line.startswith("written: 24 pictures, ") for line in caplog.messages)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "is an HTML page, perhaps of a login; expected"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer, not the file"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "is a 7-Zip archive; expected zip or tar"),
        (b"Rar!\x1a\x07\1\0", "is a RAR archive; expected zip or tar"),
        (b"PK\x03\x04 cut short", "is truncated or damaged at its index"),
        (b"\x1f\x8b\x08\0 cut short", "is not an archive|is truncated or damaged"),
        (b"some text", "has no data set; expected a subfolder of pictures for each class"),
        (b"", "has no data set"),
    ],
)
def test_what_is_no_data_set(
    extract: Extract, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "flowers.tar.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"^{path}:? .*({message})"):
        extract(path)


class TestDamage:
    """Data sets, and the downloads that they are made of, after a byte of them has flipped."""

    @pytest.fixture
    def download(self, tmp_path: Path) -> Path:
        """The artefact of a download, a zip."""
        archive = write_zip(tmp_path / "flowers.zip", FILES)

        def make(folder: Path) -> None:
            archive.rename(folder / archive.name)

        return build(tmp_path / "downloads", {"sha256": "f", "name": archive.name}, make).path

    def test_a_data_set_is_made_anew(
        self, download: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        def extract() -> LocalArtifact:
            return extract_dataset(download / "flowers.zip", "f", tmp_path / "datasets")

        path = extract().path
        names = sorted(read_manifest(path).files)
        contents = {name: (path / name).read_bytes() for name in names}
        for name in names:
            flip_byte(path / name)
            assert not extract().reused
            assert f"{path} was changed after it was made ({name}): " in caplog.text
        assert {name: (path / name).read_bytes() for name in names} == contents
        assert extract().reused

    def test_a_changed_archive_is_not_made_a_data_set(self, download: Path, tmp_path: Path) -> None:
        flip_byte(download / "flowers.zip")
        message = f"^{download}/flowers.zip has another content, by its SHA-256: it was changed"
        with pytest.raises(DataError, match=message):
            extract_dataset(download / "flowers.zip", "f", tmp_path / "datasets")
        assert not [path for path in (tmp_path / "datasets").iterdir() if path.is_dir()]

    def test_a_changed_copy_of_a_folder_is_not_made_a_data_set(self, tmp_path: Path) -> None:
        files = fsspec.filesystem("memory")
        for name, content in FILES.items():
            files.pipe_file(f"/damage/{name}", content)
        download = download_folder("memory://damage", tmp_path / "downloads").path
        copy = download / "files" / next(iter(FILES))
        before = copy.stat()
        # In a comment or the like: the picture itself is still one.
        flip_byte(copy, -3)
        os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
        _hash.cache_clear()  # the next step is another process
        with pytest.raises(DataError, match=f"{copy} has another content, by its SHA-256"):
            extract_dataset(source_of(download), "f", tmp_path / "datasets")


class TestMaxSide:
    """Pictures scaled down when the data set is made."""

    def test_records_hold_the_smaller_pictures(self, tmp_path: Path) -> None:
        files = {
            f"{c}/{i}.jpg": encoded(image(ord(c) + i, (90, 60))) for c in "ak" for i in range(4)
        }
        files |= {f"{c}/small.jpg": encoded(image(ord(c), (20, 30))) for c in "ak"}
        source = write_folder(tmp_path / "source", files)
        made = extract_dataset(source, "1" * 64, tmp_path / "made", Options(max_side=64))
        dataset = read_dataset(made.path)
        assert dataset.max_side == 64
        assert "8 pictures scaled down to the longest side of max_side" in dataset.notes
        sizes = sorted(
            tuple(features[key].int64_list.value[0] for key in ("image/width", "image/height"))
            for split in dataset.splits.values()
            for one in split.shards
            for record in read_records(Path(str(one.path)))
            for features in [import_example().FromString(record).features.feature]
        )
        assert sizes == [(20, 30)] * 2 + [(64, 43)] * 8

    def test_a_data_set_without_the_choice_keeps_its_digest(self, tmp_path: Path) -> None:
        source = write_folder(tmp_path / "source", FILES)
        made = extract_dataset(source, "1" * 64, tmp_path / "made", Options())
        assert "max_side" not in read_manifest(made.path).recipe
        assert read_dataset(made.path).max_side is None
