"""What is kept and what is made anew."""

from pathlib import Path

import pytest

from support.sources import (
    FILES,
    LABELS,
    Extract,
    contents,
    encoded,
    fields,
    image,
    labelled,
    records,
    shard,
    slim_record,
    write_folder,
    write_tar,
)
from tasks.errors import DataError

VALIDATION = [encoded(image(900)), encoded(image(901))]


def slim(folder: Path, **changes: bytes) -> dict[str, bytes]:
    """Return a data set in TF-Slim's layout; ``changes`` are pictures by class and number."""
    train = {**FILES, **{name.replace("_", "/"): data for name, data in changes.items()}}
    return {
        "train-00000-of-00001": shard(folder, *labelled(train, slim_record)),
        "validation-00000-of-00001": shard(
            folder, *(slim_record(data, i) for i, data in enumerate(VALIDATION))
        ),
        "labels.txt": LABELS,
    }


def test_records_that_need_nothing_stay_and_the_source_stays_too(
    extract: Extract, tmp_path: Path
) -> None:
    files = slim(tmp_path)
    folder = write_folder(tmp_path / "f", files)
    assert contents(extract(folder)) == files
    assert {path.name for path in folder.iterdir()} == set(files)
    assert contents(extract(write_tar(tmp_path / "a.tar", files))) == files


def test_one_picture_that_needs_something_makes_all_anew(extract: Extract, tmp_path: Path) -> None:
    png = encoded(image(77), "PNG")
    dataset = extract(write_folder(tmp_path / "f", slim(tmp_path, rose_new=png)))
    assert dataset.counts["converted"] == 1
    found = map(fields, records(dataset)["train"])
    made = {each["image/filename"]: each["image/encoded"] for each in found}
    for name, data in FILES.items():
        assert made[name.encode()] == data
    assert made[b"rose/new"].startswith(b"\xff\xd8\xff")
    assert dataset.splits["validation"].records == 2


def test_a_bad_record_is_named_or_left_out(extract: Extract, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", slim(tmp_path, rose_new=b"no picture"))
    with pytest.raises(
        DataError, match=r"1 of 27 pictures .*'train-00000-of-00001: record 24' is no picture"
    ):
        extract(folder)
    dataset = extract(folder, bad_pictures="skip", max_bad=0.1)
    assert dataset.splits["train"].records == len(FILES)


def test_nothing_of_the_work_is_left(extract: Extract, tmp_path: Path) -> None:
    dataset = extract(write_folder(tmp_path / "f", FILES))
    assert not list(dataset.path.rglob(".*"))
