"""Folders of pictures, with what people leave in them."""

import os
from pathlib import Path
from typing import Any

import pytest

from support.sources import FILES, Extract, encoded, fields, image, pictures, records, write_folder
from tasks.datasets.extract import extract_dataset
from tasks.datasets.reading import read_all
from tasks.errors import DataError


def test_odd_things_are_told(extract: Extract, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", {**FILES, "cover.jpg": encoded(image(1))})
    (folder / "lily").mkdir()
    warnings = extract(folder).warnings
    assert "1 picture outside of any class left out: 'cover.jpg'" in warnings
    assert "class folders without a picture: 'lily'" in warnings


def test_classes_that_differ_in_case_alone(extract: Extract, tmp_path: Path) -> None:
    files = {**FILES, "Daisy/1.jpg": encoded(image(1)), "Daisy/2.jpg": encoded(image(2))}
    with pytest.raises(DataError, match=r"classes 'Daisy' and 'daisy' differ in case alone"):
        extract(write_folder(tmp_path / "f", files))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "has no data set; expected a subfolder .*; it holds no files"),
        ({"1.jpg": b"", "2.jpg": b""}, "has pictures but no subfolders; expected a subfolder"),
        ({"a/1.jpg": b""}, "has pictures in one folder only, 'a': one class, so nothing to"),
        ({"a.docx": b"word"}, "has no data set; expected .*; it holds 'a.docx'"),
    ],
)
def test_no_classes(
    extract: Extract, tmp_path: Path, files: dict[str, bytes], message: str
) -> None:
    (tmp_path / "f").mkdir()
    with pytest.raises(DataError, match=message):
        extract(write_folder(tmp_path / "f", files))


def test_one_class(extract: Extract, tmp_path: Path) -> None:
    files = {"a/1.jpg": FILES["daisy/0.jpg"], "a/2.jpg": FILES["daisy/1.jpg"]}
    files |= {"b/notes.jpg.txt": b"none"}
    with pytest.raises(DataError, match=r"one folder only, 'a'"):
        extract(write_folder(tmp_path / "f", files))


def test_links_within_are_left_out_and_links_that_lead_out_refused(
    extract: Extract, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "f", FILES)
    (folder / "latest").symlink_to(folder / "daisy")
    dataset = extract(folder)
    assert dataset.counts["links"] == 1
    assert "1 symbolic link left out" in dataset.notes
    (folder / "daisy" / "passwd.jpg").symlink_to("/etc/passwd")
    with pytest.raises(DataError, match=r"'daisy/passwd.jpg' is a link to '/etc/passwd', outsi"):
        extract_dataset(folder, "other", tmp_path / "datasets")


def test_names_of_any_kind(extract: Extract, tmp_path: Path) -> None:
    classes = ("klasse 10", "klasse 9", "日本 花 🌼", 'a: b, "c"')
    dataset = extract(write_folder(tmp_path / "f", pictures(4, classes)))
    assert dataset.class_names == ('a: b, "c"', "klasse 9", "klasse 10", "日本 花 🌼")
    lines = (dataset.path / "content" / "labels.txt").read_text().splitlines()
    assert lines[2] == "2:klasse 10"


def test_decomposed_names_are_the_same_class(extract: Extract, tmp_path: Path) -> None:
    classes = ("caf\u00e9", "the")
    composed = extract(write_folder(tmp_path / "a", pictures(4, classes)))
    decomposed = extract(write_folder(tmp_path / "b", pictures(4, ("cafe\u0301", "the"))))
    assert composed.class_names == decomposed.class_names


def test_a_name_that_is_not_utf8_is_told(extract: Extract, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", FILES)
    (folder / "daisy").rename(folder / os.fsdecode(b"caf\xe9"))
    with pytest.raises(DataError, match=r"class name 'caf\\udce9' is not UTF-8; rename it"):
        extract(folder)


def test_a_picture_whose_name_is_not_utf8_is_taken(extract: Extract, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f", FILES)
    (folder / "daisy" / "0.jpg").rename(folder / "daisy" / os.fsdecode(b"caf\xe9.jpg"))
    dataset = extract(folder)
    names = {fields(r)["image/filename"] for of in records(dataset).values() for r in of}
    assert rb"daisy/caf\xe9.jpg" in names


def test_a_file_that_changes_meanwhile_is_noticed(
    extract: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "f", FILES)

    def read_then_change(*arguments: Any) -> Any:
        reading = read_all(*arguments)
        (folder / "daisy" / "0.jpg").write_bytes(FILES["rose/1.jpg"])
        return reading

    monkeypatch.setattr("tasks.datasets.convert.read_all", read_then_change)
    with pytest.raises(DataError, match=r"'daisy/0.jpg' was changed while the data set was read"):
        extract(folder)
