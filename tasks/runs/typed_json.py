"""Reading of JSON files as dataclasses, with one error for a file that is damaged."""

import functools
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from tasks.errors import DataError
from tasks.storage.local_files import read_json_file

T = TypeVar("T")


def from_json(kind: type[T], content: object) -> T:
    """Return JSON types as a dataclass; keys that it does not have are left out.

    Raises:
        ValueError: a field is missing or of another type; the message names the first one.
    """
    try:
        record: T = _adapter(kind).validate_python(content)  # type: ignore[arg-type] # a class can be hashed
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = f"{place}: {first['msg']}" if place else first["msg"]
        raise ValueError(message) from None
    return record


def read_json(kind: type[T], path: Path) -> T:
    """Return the content of a file as a dataclass.

    Raises:
        DataError: the file cannot be read, is no JSON, or lacks a field.
    """
    try:
        return from_json(kind, read_json_file(path))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} is damaged or of another version ({error}): delete {path.parent} and run the "
            "DAG again"
        ) from None


# Building an adapter takes longer than reading a file.
@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
