import json
from typing import Any

import pyarrow as pa
import pytest

from tasks.datasets.parquet_columns import Columns, find_columns
from tasks.errors import DataError

NESTED = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def test_the_columns_of_the_hub_with_class_names() -> None:
    features = {"labels": {"names": ["rose", "lily"], "_type": "ClassLabel"}}
    info = json.dumps({"info": {"features": features}})
    schema = pa.schema([("img", NESTED), ("labels", pa.int64())], {"huggingface": info})
    assert find_columns(schema, "a.parquet") == Columns(
        "img", True, "labels", None, None, ("rose", "lily")
    )


def test_plain_bytes_split_and_group() -> None:
    names = ("image", "label", "split", "group", "thumbnail")
    kinds = (pa.large_binary(), pa.string(), pa.string(), pa.string(), pa.binary())
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    assert find_columns(schema, "a.parquet") == Columns(
        "image", False, "label", "split", "group", ()
    )


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": pa.binary(), "b": pa.binary()}, "has 2 columns of pictures, expected one"),
        ({"image": pa.binary(), "kind": pa.int64()}, "has 0 columns of labels, expected one"),
    ],
)
def test_columns_that_do_not_tell(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"^a\.parquet {message}"):
        find_columns(pa.schema(list(columns.items())), "a.parquet")
