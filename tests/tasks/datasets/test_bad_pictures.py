"""Pictures that cannot be used."""

import json
from pathlib import Path

import pytest

from support.sources import (
    FILES,
    Extract,
    contents,
    encoded,
    image,
    write_folder,
)
from tasks.errors import DataError

BAD = {
    "daisy/cut.jpg": FILES["daisy/0.jpg"][:-200],
    "rose/page.png": b"<html>not found</html>",
    "rose/empty.jpg": b"",
}


def test_fail_names_them_and_their_number(extract: Extract, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", {**FILES, **BAD})
    with pytest.raises(DataError) as caught:
        extract(folder)
    message = str(caught.value)
    assert message.startswith(f"{folder}: 3 of 27 pictures cannot be used: 'daisy/cut.jpg' is a")
    assert "'rose/empty.jpg' is empty, expected a picture" in message
    assert "'rose/page.png' is of the kind HTML page; expected JPEG, PNG, WebP, GIF" in message
    assert message.endswith("Mend them, or leave them out with bad_pictures: skip")


def test_no_more_than_ten_are_named(extract: Extract, tmp_path: Path) -> None:
    bad = {f"rose/bad {number:02}.jpg": b"?" for number in range(13)}
    with pytest.raises(DataError, match=r"13 of 37 .* 'rose/bad 09.jpg' .*; and 3 more\. Mend"):
        extract(write_folder(tmp_path / "folder", {**FILES, **bad}))


def test_skip_leaves_them_out_and_lists_them(
    extract: Extract, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_folder(tmp_path / "folder", {**FILES, **BAD})
    dataset = extract(folder, bad_pictures="skip", max_bad=0.2)
    assert contents(dataset) == contents(extract(write_folder(tmp_path / "good", FILES)))
    assert dataset.counts["skipped"] == 3
    skipped = [json.loads(line) for line in (dataset.path / "skipped.jsonl").open()]
    assert [each["name"] for each in skipped] == sorted(BAD)
    assert any(w.startswith("left out with bad_pictures: skip: 3 of") for w in dataset.warnings)
    assert any("3 of 27 pictures cannot be used" in message for message in caplog.messages)


def test_skip_has_a_limit(extract: Extract, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", {**FILES, **BAD})
    with pytest.raises(DataError, match=r"That is 11\.11%, more than the 1\.00% that max_bad"):
        extract(folder, bad_pictures="skip")


def test_other_files_are_passed_over_and_counted(extract: Extract, tmp_path: Path) -> None:
    files = {**FILES, "rose/notes.txt": b"nice", "rose/boxes.xml": b"<xml/>"}
    dataset = extract(write_folder(tmp_path / "folder", files))
    assert dataset.counts["others"] == 2
    assert dataset.counts["read"] == len(FILES)


def test_the_bytes_decide_not_the_suffix(extract: Extract, tmp_path: Path) -> None:
    files = {
        **FILES,
        "rose/picture.dat": encoded(image(1), "PNG"),
        "rose/x.png": FILES["rose/0.jpg"][:-2] + b"\xff\xd9\0",
    }
    dataset = extract(write_folder(tmp_path / "folder", files))
    assert sum(split.records for split in dataset.splits.values()) == len(files)
    assert dataset.counts["converted"] == 1
