"""Copies and contradictions."""

import json
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
)
from tasks.errors import DataError


def test_copies_within_a_class_are_kept_once(extract: Extract, tmp_path: Path) -> None:
    files = {**FILES, "daisy/copy.jpg": FILES["daisy/0.jpg"]}
    dataset = extract(write_folder(tmp_path / "folder", files))
    assert contents(dataset) == contents(extract(write_folder(tmp_path / "once", FILES)))
    assert dataset.counts["copies"] == 1
    assert "1 copy of a picture left out" in dataset.notes


def test_of_copies_in_two_splits_the_measured_one_stays(extract: Extract, tmp_path: Path) -> None:
    files = {f"train/{name}": content for name, content in FILES.items()}
    files |= {f"validation/{name}": encoded(image(500 + i)) for i, name in enumerate(FILES)}
    files["validation/rose/leak.jpg"] = FILES["rose/3.jpg"]
    dataset = extract(write_folder(tmp_path / "folder", files))
    names = {
        split: {fields(r)["image/filename"].decode() for r in of}
        for split, of in records(dataset).items()
    }
    assert "validation/rose/leak.jpg" in names["validation"]
    assert "train/rose/3.jpg" not in names["train"]


def test_a_picture_in_two_classes_is_an_error_that_names_both(
    extract: Extract, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "f", {**FILES, "rose/d.jpg": FILES["daisy/0.jpg"]})
    message = "1 picture in two classes: 'daisy/0.jpg' in class 'daisy' and 'rose/d.jpg' in cl"
    with pytest.raises(DataError, match=message):
        extract(folder)
    dataset = extract(folder, bad_pictures="skip", max_bad=0.1)
    assert dataset.counts["skipped"] == 2
    assert sum(split.records for split in dataset.splits.values()) == len(FILES) - 1
    lines = (dataset.path / "skipped.jsonl").read_text().splitlines()
    assert json.loads(lines[0]) == {"name": "daisy/0.jpg", "reason": "is in two classes"}


def test_records_with_splits_keep_their_copies(extract: Extract, tmp_path: Path) -> None:
    made = shard(tmp_path, *labelled(FILES, slim_record))
    files = {"train.tfrecord": made, "validation.tfrecord": made, "labels.txt": LABELS}
    dataset = extract(write_folder(tmp_path / "f", files))
    assert contents(dataset)["train.tfrecord"] == made
    assert any("24 pictures in more than one split" in w for w in dataset.warnings)
    assert "24 records with the same picture as another one; kept" in dataset.notes
