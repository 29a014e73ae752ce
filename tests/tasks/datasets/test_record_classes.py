"""The classes of records that number them."""

from collections.abc import Mapping

import pytest

from tasks.datasets.entry import Found
from tasks.datasets.labels import Labels
from tasks.datasets.record_classes import record_classes
from tasks.errors import DataError


def found(*labels: int, texts: Mapping[int, tuple[str, ...]] | None = None) -> list[Found]:
    known = texts or {}
    return [Found(label, f"shard: record {label}", known.get(label, ("",))) for label in labels]


@pytest.mark.parametrize(
    ("labels", "seen", "mapping"),
    [
        (Labels(("a", "b"), 0), (1, 0), {0: 0, 1: 1}),
        (Labels(("a", "b"), 1), (2, 1), {1: 0, 2: 1}),
        (Labels(("a", "b"), None), (0, 1), {0: 0, 1: 1}),
        (Labels(("a", "b"), None), (1, 2), {1: 0, 2: 1}),
        (Labels(("a", "b"), None), (1,), {0: 0, 1: 1}),
    ],
)
def test_listed(labels: Labels, seen: tuple[int, ...], mapping: dict[int, int]) -> None:
    classes = record_classes(labels, found(*seen))
    assert classes.names == ("a", "b")
    assert classes.labels == mapping


@pytest.mark.parametrize(
    ("labels", "seen", "message"),
    [
        (
            Labels(("a", "b"), 0),
            (0, 2),
            "shard: record 2: 'image/class/label' is 2, exp",
        ),
        (
            Labels(("a", "b"), 0),
            (-1,),
            "'image/class/label' is -1, expected 0 to 1 as in la",
        ),
        (
            Labels(("a", "b"), 1),
            (0, 1),
            "'image/class/label' is 0, expected 1 to 2 as in lab",
        ),
        (Labels(("a", "b"), None), (0, 2), "'image/class/label' is 2, expected 0 to 1"),
    ],
)
def test_listed_and_refused(labels: Labels, seen: tuple[int, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        record_classes(labels, found(*seen))


def test_texts_name_the_classes() -> None:
    texts = {1: ("rose",), 3: ("daisy",)}
    classes = record_classes(None, found(3, 1, texts=texts))
    assert classes.names == ("rose", "daisy")
    assert classes.labels == {1: 0, 3: 1}
    assert classes.warnings == ("class names are those of 'image/class/text'",)


def test_without_any_names_they_are_numbers() -> None:
    classes = record_classes(None, found(10, 9))
    assert classes.names == ("9", "10")
    assert "called by their numbers" in classes.warnings[0]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({0: ("a", "b"), 1: ("c",)}, "label 0 has 2 names, 'a', 'b' in 'image/class/text'; exp"),
        ({0: ("a",)}, "label 1 has no name in 'image/class/text'"),
        ({0: ("a",), 1: ("a",)}, "labels 0 and 1 both have the name 'a' in 'image/class/text'"),
        ({0: ("a\n",), 1: ("b\x1b",)}, r"class name 'b\\x1b' has a control character"),
    ],
)
def test_texts_that_contradict(texts: dict[int, tuple[str, ...]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        record_classes(None, found(0, 1, texts=texts))


def test_a_hundred_thousand_classes() -> None:
    names = tuple(f"class {number}" for number in range(100_000))
    assert len(record_classes(Labels(names, 0), found(*range(100_000))).labels) == 100_000
