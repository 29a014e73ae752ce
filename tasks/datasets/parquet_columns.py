"""The columns of a Parquet file of pictures, told by its schema."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasks.datasets.names import class_name, shown
from tasks.errors import DataError


@dataclass(frozen=True)
class Columns:
    """The columns of a file.

    Attributes:
        image: holds bytes, or a struct of bytes and path.
        nested: whether it is the struct.
        label: holds numbers or names; empty where no labels are wanted.
        split: holds splits; None where there is no such column.
        group: holds names of groups; None where there is no such column.
        class_names: of the label's numbers, from 0; empty where the file does not say.
    """

    image: str
    nested: bool
    label: str
    split: str | None
    group: str | None
    class_names: tuple[str, ...]


def find_columns(schema: Any, path: str, *, labelled: bool = True) -> Columns:
    """Return the columns of a file with this Arrow schema.

    Args:
        schema: of the file.
        path: of it, for messages.
        labelled: if False, nothing but the pictures is looked for.

    Raises:
        DataError: it has no column of pictures, or none of labels.
    """
    import pyarrow as pa

    features = _features(schema)
    images, nested = [], set()
    for field in schema:
        kind = field.type
        if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
            nested.add(field.name)
            images.append(field.name)
        elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            images.append(field.name)
    named = [name for name in schema.names if features.get(name, {}).get("_type") == "ClassLabel"]
    image = "image" if "image" in images else _only(images, "pictures", "image", schema, path)
    if not labelled:
        return Columns(image, image in nested, "", None, None, ())
    is_label = "label" in schema.names
    label = "label" if is_label else _only(named, "labels", "label", schema, path)
    names = features.get(label, {}).get("names") or ()
    checked = tuple(class_name(str(name), f"{path}: schema") for name in names)
    if len(set(checked)) < len(checked):
        raise DataError(f"{path}: two classes of the schema have the same name")
    return Columns(
        image,
        image in nested,
        label,
        "split" if "split" in schema.names else None,
        "group" if "group" in schema.names else None,
        checked,
    )


def _only(found: Sequence[str], of: str, name: str, schema: Any, path: str) -> str:
    if len(found) == 1:
        return found[0]
    columns = ", ".join(shown(column) for column in schema.names[:10])
    raise DataError(
        f"{path} has {len(found)} columns of {of}, expected one, {name!r}; it has {columns}"
    )


def _features(schema: Any) -> dict[str, Any]:
    """Return what Hugging Face's ``datasets`` says of the columns in the schema's metadata."""
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"][
            "features"
        ]
        return {str(k): v for k, v in features.items() if isinstance(v, dict)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
