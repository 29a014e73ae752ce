"""The classes of records that number them, with a label file or without."""

from collections.abc import Sequence

from tasks.datasets.dataset import LABELS
from tasks.datasets.entry import Classes, Found
from tasks.datasets.example import CLASS_TEXT, LABEL
from tasks.datasets.labels import Labels
from tasks.datasets.names import class_name, listed, shown
from tasks.errors import DataError


def record_classes(labels: Labels | None, found: Sequence[Found]) -> Classes:
    """Return the classes of records.

    Args:
        labels: what the label file lists; None where there is none.
        found: the labels that records have.

    Raises:
        DataError: a label is not in the file; without a file, the records' names of the classes
            contradict each other.
    """
    return _unlisted(found) if labels is None else _listed(labels, found)


def _listed(labels: Labels, found: Sequence[Found]) -> Classes:
    numbers = [int(each.label) for each in found]
    count = len(labels.names)
    first = labels.first
    if first is None:
        # Names alone do not say what they count from: only the records can, and only if they use
        # the number that one of the two ways does not have.
        first = 1 if count in numbers and 0 not in numbers else 0
    for each in found:
        if not first <= int(each.label) < first + count:
            raise DataError(
                f"{each.where}: {LABEL!r} is {each.label}, expected {first} to "
                f"{first + count - 1} as in {LABELS}"
            )
    warnings = []
    if first == 1:
        warnings.append("labels count from 1 in the source, and from 0 in the records made of it")
    return Classes(labels.names, {first + i: i for i in range(count)}, tuple(warnings))


def _unlisted(found: Sequence[Found]) -> Classes:
    ordered = sorted(found, key=lambda each: int(each.label))
    mapping: dict[str | int, int] = {each.label: i for i, each in enumerate(ordered)}
    if not any(any(each.texts) for each in ordered):
        return Classes(
            tuple(str(each.label) for each in ordered),
            mapping,
            (f"there is no {LABELS} and no {CLASS_TEXT!r}: classes are called by their numbers",),
        )
    names: dict[str, Found] = {}
    for each in ordered:
        texts = [text for text in each.texts if text]
        if len(each.texts) != 1 or not texts:
            told = f"{len(each.texts)} names, {listed(each.texts)}" if texts else "no name"
            raise DataError(
                f"there is no {LABELS}, and label {each.label} has {told} in {CLASS_TEXT!r}; "
                "expected one and the same in all its records"
            )
        name = class_name(texts[0], each.where)
        other = names.setdefault(name, each)
        if other is not each:
            raise DataError(
                f"there is no {LABELS}, and labels {other.label} and {each.label} both have the "
                f"name {shown(name)} in {CLASS_TEXT!r}"
            )
    return Classes(tuple(names), mapping, (f"class names are those of {CLASS_TEXT!r}",))
