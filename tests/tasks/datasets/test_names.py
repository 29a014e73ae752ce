"""Names that come from outside."""

import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.datasets import names
from tasks.datasets.names import (
    check_case,
    class_name,
    is_junk,
    listed,
    natural_order,
    shown,
    stored,
)
from tasks.errors import DataError

#: What a file's name may hold: anything but a slash and the end of C's strings.
file_names = st.text(st.characters(exclude_characters="/\0"), min_size=1)


def test_examples() -> None:
    assert not doctest.testmod(names).failed


@pytest.mark.parametrize(
    "name",
    [
        "__MACOSX/a/1.jpg",
        "a/._1.jpg",
        "a/.DS_Store",
        "a/Thumbs.db",
        "desktop.ini",
        "README",
        "a/readme.md",
        "LICENSE.txt",
        ".git/objects/1.jpg",
        "a/@eaDir/1.jpg",
    ],
)
def test_junk(name: str) -> None:
    assert is_junk(name)


@pytest.mark.parametrize("name", ["a/1.jpg", "readmes/1.jpg", "a/macosx.png", "thumbs/1.jpg"])
def test_no_junk(name: str) -> None:
    assert not is_junk(name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x has an empty class name"),
        ("  ", "x has an empty class name"),
        ("a\nb", r"x: class name 'a\\nb' has a control character; rename it"),
        ("a\x1b[2J", r"class name 'a\\x1b\[2J' has a control character"),
        ("caf\udce9", r"class name 'caf\\udce9' is not UTF-8; rename it"),
    ],
)
def test_bad_class_names(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        class_name(text, "x")


@given(file_names)
def test_a_class_name_is_one_line_of_utf8_or_refused(text: str) -> None:
    try:
        name = class_name(text, "x")
    except DataError:
        return
    assert name == unicodedata.normalize("NFC", name).strip()
    assert len(f"0:{name}\n".encode().decode().split("\n")) == 2
    assert class_name(name, "x") == name


@given(st.lists(st.text(), unique=True))
def test_natural_order_is_the_same_for_the_same_names(some: list[str]) -> None:
    assert natural_order(some) == natural_order(some[::-1])
    assert sorted(natural_order(some)) == sorted(some)


def test_numbers_count() -> None:
    assert natural_order(["a10", "a9", "b 1", "A2"]) == ["A2", "a9", "a10", "b 1"]


@given(st.lists(st.text(min_size=1)))
def test_names_differ_in_case_alone_or_not(some: list[str]) -> None:
    folded = {name.casefold() for name in set(some)}
    if len(folded) == len(set(some)):
        check_case(some)
    else:
        with pytest.raises(DataError, match="differ in case alone: give both the same name, or"):
            check_case(some)


@given(st.binary())
def test_what_is_stored_is_utf8(raw: bytes) -> None:
    name = raw.decode("utf-8", "surrogateescape")
    text = stored(name).decode()
    assert all(ord(character) < 0xD800 or ord(character) > 0xDFFF for character in text)
    if "\ufffd" not in raw.decode("utf-8", "replace"):
        assert text == name


@given(st.text())
def test_what_is_shown_is_printable_and_short(name: str) -> None:
    assert shown(name).isprintable()
    assert len(shown(name)) < 200 * 10 + 10


def test_only_ten_are_listed() -> None:
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed([str(n) for n in range(12)]).endswith("'9' and 2 more")
    assert listed(["a"], 5_000) == "'a' and 4,999 more"
