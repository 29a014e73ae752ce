"""A list of pictures: CSV or JSON lines with path, label and, optionally, split and group."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from tasks.datasets.list_rows import csv_rows, is_json, json_rows
from tasks.datasets.names import class_name, shown
from tasks.datasets.shard_names import SPLIT_WORDS
from tasks.errors import DataError

#: The most characters of a line.
MAX_LINE = 2**20


@dataclass(frozen=True)
class Row:
    """One picture of a list.

    Attributes:
        number: of the line, from 1, the header included.
        path: of the picture, relative to the list.
        label: the name of its class.
        split: one of the splits, None where the list has none.
        group: the name of what it shows with others, None where it has none.
    """

    number: int
    path: str
    label: str
    split: str | None
    group: str | None


def parse_list(lines: Iterable[str], name: str, *, labelled: bool = True) -> Iterator[Row]:
    """Yield the rows of a list.

    Args:
        lines: the list's text, line by line, each at most ``MAX_LINE`` characters.
        name: the list's file name; what ends in ``l`` or ``json`` is JSON lines, all else CSV.
        labelled: if False, nothing but the paths is read.

    Raises:
        DataError: a column is missing, or a row is not as expected.
    """
    read = json_rows if is_json(name) else csv_rows
    with_split: bool | None = None
    for number, fields in read(lines, name, labelled=labelled):
        if not labelled:
            yield Row(number, _path(fields, f"{name}: line {number}"), "", None, None)
            continue
        row = _row(number, fields, name)
        if with_split not in {None, row.split is not None}:
            raise DataError(
                f"{name}: line {number} has {'a' if row.split else 'no'} split, unlike the lines "
                "before it; expected one in every line or in none"
            )
        with_split = row.split is not None
        yield row


def check_inside(row: Row, name: str) -> None:
    """Raise a ``DataError`` if a row names a picture elsewhere than below the list.

    Args:
        row: the row.
        name: of the list.
    """
    if "://" in row.path:
        wanted = (
            "not a URL: leave out the URL of its folder, and put pictures of other places there"
        )
    elif PurePosixPath(row.path).is_absolute() or ".." in row.path.split("/") or "\0" in row.path:
        wanted = "without '..'"
    else:
        return
    raise DataError(
        f"{name}: line {row.number}: path {shown(row.path)} leads out of the list's folder; "
        f"expected one relative to the list, {wanted}"
    )


def _row(number: int, fields: Mapping[str, Any], name: str) -> Row:
    where = f"{name}: line {number}"
    path, split = _path(fields, where), _text(fields, "split", where)
    if split and split.lower() not in SPLIT_WORDS:
        raise DataError(f"{where}: split is {shown(split)}, expected train, validation or test")
    return Row(
        number,
        path,
        class_name(_text(fields, "label", where) or "", where),
        SPLIT_WORDS[split.lower()] if split else None,
        _text(fields, "group", where),
    )


def _path(fields: Mapping[str, Any], where: str) -> str:
    path = _text(fields, "path", where)
    if not path:
        raise DataError(f"{where} has an empty path")
    return path


def _text(fields: Mapping[str, Any], column: str, where: str) -> str | None:
    """Return a cell as text, None where it is empty."""
    value = fields.get(column)
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataError(f"{where}: {column} is {shown(str(value))}, expected text")
    return str(value)
