"""A conversion by Spark against that on one machine: the same files, to the byte."""

from pathlib import Path
from typing import Any

import pytest

from support.sources import (
    CLASSES,
    FILES,
    LABELS,
    csv_list,
    encoded,
    image,
    labelled,
    parquet,
    pictures,
    rows_of,
    shard,
    slim_record,
    write_folder,
)
from tasks.datasets.extract import extract_dataset
from tasks.datasets.fetch import fetch_source, source_of
from tasks.errors import DataError, ParamsError
from tasks.storage.locations import RemotePath

#: About a hundred pictures: JPEGs that stay as they are, and others that do not.
MANY = {
    **pictures(30, ("daisy 10", "daisy 9", "50% of: röse")),
    **{f"daisy 9/{i}.png": encoded(image(500 + i), "PNG") for i in range(6)},
    **{f"daisy 10/{i}.gif": encoded(image(600 + i), "GIF") for i in range(4)},
}
JUNK = {
    "daisy 10/copy.jpg": MANY["daisy 10/3.jpg"],
    "daisy 10/deep/er/kept.JPG": encoded(image(700)),
    "outside.jpg": encoded(image(701)),
    "daisy 9/notes.txt": b"none",
    "daisy 9/Thumbs.db": b"junk",
    "__MACOSX/daisy 9/._0.jpg": b"junk",
}


def split_folder(folder: Path) -> Path:
    files = pictures(6)
    split = {f"train/{name}": content for name, content in files.items()}
    val = {f"val/{name}": encoded(image(9000 + i)) for i, name in enumerate(files)}
    test = {f"test/{name}": encoded(image(9100 + i)) for i, name in enumerate(files)}
    # A copy of what is measured on is no training picture.
    copy = {"train/rose/copy.jpg": val["val/rose/0.jpg"]}
    return write_folder(folder, {**split, **val, **test, **copy})


def sources(folder: Path) -> dict[str, Path]:
    """Return sources of all layouts by name."""
    rows = [{**row, "group": str(i // 3)} for i, row in enumerate(rows_of(FILES))]
    texts = [
        slim_record(content, CLASSES.index(name.split("/")[0]), name, name.split("/")[0])
        for name, content in FILES.items()
    ]
    train = shard(folder, *labelled(FILES, slim_record))
    val = shard(folder, *labelled(pictures(2), slim_record))
    return {
        "splits": split_folder(folder / "splits"),
        "csv": write_folder(folder / "csv", {**FILES, "sub/x.txt": b"", "l.csv": csv_list(rows)}),
        "parquet": write_folder(
            folder / "parquet",
            {f"train-{i:05d}-of-00002.parquet": parquet(pictures(4 + i), folder) for i in range(2)},
        ),
        "finished records": write_folder(
            folder / "slim",
            {
                "labels.txt": LABELS,
                "a_train_00000-of-00001.tfrecord": train,
                "a_validation_00000-of-00001.tfrecord": val,
            },
        ),
        "gzip records": write_folder(
            folder / "gz",
            {"all.tfrecord.gz": shard(folder, *texts, compressed=True)},
        ),
    }


NAMES = ["splits", "csv", "parquet", "finished records", "gzip records"]


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_those_of_one_machine(
    name: str, by_spark: Any, here: Any, files_of: Any, tmp_path: Path
) -> None:
    source = sources(tmp_path)[name]
    # A file of each picture, and pictures that are in files together.
    shrink = {"max_side": 20} if name in {"csv", "gzip records"} else {}
    told = by_spark(source, tmp_path / "new" / "by spark", **shrink)
    assert told == here(source, tmp_path / "here", **shrink)
    assert any("scaled down" in note for note in told["notes"]) == bool(shrink)
    ours = files_of(tmp_path / "new" / "by spark")
    assert ours == files_of(tmp_path / "here")
    assert {"labels.txt", "dataset.json"} < set(ours)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["by spark"]


def test_on_a_file_system_that_only_hadoop_reads(
    by_spark: Any, here: Any, files_of: Any, remote: RemotePath, tmp_path: Path
) -> None:
    source = write_folder(tmp_path / "folder", {**MANY, **JUNK})
    told = by_spark(remote / "folder", remote / "made")
    assert told == here(source, tmp_path / "here")
    assert files_of(tmp_path / "made") == files_of(tmp_path / "here")
    assert sum(split["records"] for split in told["splits"].values()) == 101
    # The DAG takes it: the shards of its step are those of the job.
    fetched = fetch_source(str(tmp_path / "made"), tmp_path / "downloads")
    step = extract_dataset(source_of(fetched.path), fetched.digest, tmp_path / "datasets")
    ours, theirs = files_of(tmp_path / "made"), files_of(step.path / "content")
    assert {name: ours[name] for name in theirs} == theirs
    assert set(ours) - set(theirs) == {"dataset.json"}


def test_bad_pictures_and_contradictions_are_named_or_left_out(
    by_spark: Any, here: Any, files_of: Any, tmp_path: Path
) -> None:
    files = {**MANY, "daisy 9/bad.jpg": b"", "daisy 9/both.jpg": MANY["daisy 10/0.jpg"]}
    source = write_folder(tmp_path / "folder", files)
    for options, reason in (
        ({}, "1 of 102 pictures cannot be used: 'daisy 9/bad.jpg' is empty"),
        ({"bad_pictures": "skip", "max_bad": 0.01}, "3 of 102 pictures cannot be used"),
    ):
        messages = []
        for convert in (by_spark, here):
            with pytest.raises(DataError, match=reason) as caught:
                convert(source, tmp_path / "made", **options)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]
        assert not (tmp_path / "made").exists()
    skip = {"bad_pictures": "skip", "max_bad": 0.1}
    assert by_spark(source, tmp_path / "made", **skip) == here(source, tmp_path / "here", **skip)
    assert files_of(tmp_path / "made") == files_of(tmp_path / "here")
    assert (tmp_path / "made" / "skipped.jsonl").read_text().count("is in two classes") == 2


def test_shards_have_about_the_size_that_is_wanted(
    by_spark: Any, here: Any, files_of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a picture that is larger than a shard, and shares."""
    monkeypatch.setattr("tasks.datasets.shards.SHARD_BYTES", 8000)
    large = {"rose/large.jpg": encoded(image(1, (400, 400)), quality=100)}
    source = write_folder(tmp_path / "folder", {**pictures(30), **large})
    shares = {"validation_share": 0.05, "test_share": 0.2}
    told = by_spark(source, tmp_path / "made", **shares)
    assert told == here(source, tmp_path / "here", **shares)
    assert files_of(tmp_path / "made") == files_of(tmp_path / "here")
    assert [len(split["shards"]) > 1 for split in told["splits"].values()] == [True, False, True]


def test_a_destination_that_is_not_empty_is_refused(by_spark: Any, tmp_path: Path) -> None:
    source = write_folder(tmp_path / "folder", FILES)
    write_folder(tmp_path / "made", {"mine.txt": b"precious"})
    with pytest.raises(ParamsError, match="made is there already and not empty: name another"):
        by_spark(source, tmp_path / "made")
    assert (tmp_path / "made" / "mine.txt").read_bytes() == b"precious"
