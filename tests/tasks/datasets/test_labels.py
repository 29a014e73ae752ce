"""The ways in which people write a label file."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.datasets.labels import MAX_LABEL_BYTES, Labels, parse_labels, read_labels
from tasks.datasets.names import class_name
from tasks.errors import DataError


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("0:daisy\n1:rose\n", Labels(("daisy", "rose"), 0)),
        ("0: daisy\r\n1: rose", Labels(("daisy", "rose"), 0)),
        ("1:daisy\n2:rose\n", Labels(("daisy", "rose"), 1)),
        ("0 daisy\n1 red tulip\n", Labels(("daisy", "red tulip"), 0)),
        ("0\tdaisy\n1\trose\n", Labels(("daisy", "rose"), 0)),
        ("0,daisy\n1,rose\n", Labels(("daisy", "rose"), 0)),
        ("daisy\nred tulip\n\n", Labels(("daisy", "red tulip"), None)),
        ("0:a: b\n1:c", Labels(("a: b", "c"), 0)),
        ("7\n9\n", Labels(("7", "9"), None)),
        ("2 doors\n4 doors\n", Labels(("2 doors", "4 doors"), None)),
        ("cafe\u0301\nthe\n", Labels(("caf\u00e9", "the"), None)),
    ],
)
def test_taken(text: str, labels: Labels) -> None:
    assert parse_labels(text) == labels


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "labels.txt is empty, expected lines '0:<class name>'"),
        ("\n \n", "labels.txt is empty"),
        ("0:a\n2:b\n", "labels.txt: line '2:b', expected '1:<class name>'"),
        ("0:a\nb\n", "line 'b', expected '1:<class name>'"),
        ("3:a\n4:b\n", "line '3:a', expected '0:<class name>'"),
        ("0:\n", "line '0:', expected '0:<class name>'"),
        ("0:a\n1:a\n", "class 'a' has two labels, expected one"),
        ("a\nb\na\n", "class 'a' has two labels"),
        ("0:a\x1b[2J\n", r"class name 'a\\x1b\[2J' has a control character"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_labels(text)


@given(st.text())
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        labels = parse_labels(text)
    except DataError:
        return
    assert len(set(labels.names)) == len(labels.names) > 0


@given(st.lists(st.text(min_size=1), unique=True, min_size=1))
def test_numbered_names_come_back(names: list[str]) -> None:
    try:
        cleaned = [class_name(name, "x") for name in names]
    except DataError:
        return
    if len(set(cleaned)) == len(cleaned):
        text = "".join(f"{label}:{name}\n" for label, name in enumerate(cleaned))
        assert parse_labels(text) == Labels(tuple(cleaned), 0)


def test_a_hundred_thousand_labels() -> None:
    text = "".join(f"{label}:class {label}\n" for label in range(100_000))
    assert len(parse_labels(text).names) == 100_000


def test_a_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.touch()
    # A sparse file: no byte of it is on the disk.
    os.truncate(path, 6 * 2**30)
    message = f"labels.txt has 6,442,450,944 bytes, expected at most {MAX_LABEL_BYTES:,}"
    with pytest.raises(DataError, match=message):
        read_labels(path)


def test_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(DataError, match=r"labels\.txt is not UTF-8 text"):
        read_labels(tmp_path / "labels.txt")
