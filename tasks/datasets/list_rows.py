"""The lines of a list, CSV or JSON, as cells by the name of their column."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tasks.datasets.names import shown
from tasks.errors import DataError

_COLUMNS = {
    "path": ("path", "file_name", "filename", "filepath", "file", "image", "image_path", "url"),
    "label": ("label", "class", "class_name", "category"),
    "split": ("split",),
    "group": ("group", "group_id"),
}
_DELIMITERS = ",;\t"


def is_json(name: str) -> bool:
    """Return whether a list is JSON lines, by its name."""
    return name.lower().endswith((".jsonl", ".ndjson", ".json"))


def has_columns(first_line: str, name: str, *, labelled: bool = True) -> bool:
    """Return whether a file that begins with this line has the columns of a list.

    Args:
        first_line: the line.
        name: of the file.
        labelled: whether a list needs labels.
    """
    try:
        names = json.loads(first_line) if is_json(name) else _header(first_line)
        found = _columns(names)
    except (ValueError, TypeError, AttributeError, csv.Error, RecursionError):
        return False
    return set(_needed(labelled=labelled)) <= set(found)


def _needed(*, labelled: bool) -> tuple[str, ...]:
    return ("path", "label") if labelled else ("path",)


def _header(line: str) -> list[str]:
    delimiter = max(_DELIMITERS, key=line.count)
    return next(csv.reader([line], delimiter=delimiter), [])


def _columns(names: Iterable[str]) -> dict[str, str]:
    """Return a list's own names of the columns by ours."""
    by_name = {str(name).strip().lower(): name for name in names}
    found = {}
    for column, aliases in _COLUMNS.items():
        own = next((by_name[alias] for alias in aliases if alias in by_name), None)
        if own is not None:
            found[column] = own
    return found


def csv_rows(
    lines: Iterable[str], name: str, *, labelled: bool = True
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield number and cells of every line of a CSV file, by our names of the columns.

    Args:
        lines: the text, line by line.
        name: of the file, for messages.
        labelled: whether a list needs labels.

    Raises:
        DataError: a column is missing, or a line has another number of cells.
    """
    iterator = iter(lines)
    first = next(iterator, "")
    header = _header(first)
    columns = _checked(_columns(header), header, name, _needed(labelled=labelled))
    places = {column: header.index(own) for column, own in columns.items()}
    reader = csv.reader(iterator, delimiter=max(_DELIMITERS, key=first.count))
    try:
        for cells in reader:
            number = reader.line_num + 1
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"{name}: line {number} has {len(cells)} columns, expected {len(header)}"
                )
            yield number, {column: cells[place] for column, place in places.items()}
    except csv.Error as error:
        raise DataError(f"{name}: line {reader.line_num + 1}: {error}") from error


def json_rows(
    lines: Iterable[str], name: str, *, labelled: bool = True
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield number and fields of every line of a JSON lines file, as ``csv_rows`` does."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{name}: line {number} is no JSON: {error}") from None
        if not isinstance(fields, dict):
            raise DataError(f"{name}: line {number} is {shown(line.strip())}, expected an object")
        where = f"{name}: line {number}"
        columns = _checked(_columns(fields), list(fields), where, _needed(labelled=labelled))
        yield number, {column: fields[own] for column, own in columns.items()}


def _checked(
    columns: dict[str, str], found: Sequence[str], where: str, needed: Sequence[str]
) -> dict[str, str]:
    for column in needed:
        if column not in columns:
            names = ", ".join(shown(str(name)) for name in found[:10]) or "none"
            raise DataError(f"{where} has no column {column!r}; it has {names}")
    return columns
