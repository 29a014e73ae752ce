import io

import pytest

from tasks.datasets.list_rows import csv_rows, has_columns, json_rows
from tasks.errors import DataError


def test_has_columns() -> None:
    assert has_columns("id,path,label\n", "a.csv")
    assert has_columns('{"file_name": "a", "label": 1}\n', "metadata.jsonl")
    assert not has_columns("name,price\n", "a.csv")
    assert not has_columns("[1, 2]\n", "a.jsonl")
    assert not has_columns("{" * 100_000, "a.jsonl")


def test_cells_by_our_names_of_the_columns() -> None:
    text = 'id;filename;class;extra\n1;"a;b.jpg";daisy;x\n\n2;c.png;rose;y\n'
    assert list(csv_rows(io.StringIO(text, newline=""), "list.csv")) == [
        (2, {"path": "a;b.jpg", "label": "daisy"}),
        (4, {"path": "c.png", "label": "rose"}),
    ]
    lines = ['{"file_name": "a.jpg", "label": 3, "split": "test"}\n', "\n"]
    assert list(json_rows(lines, "metadata.jsonl")) == [
        (1, {"path": "a.jpg", "label": 3, "split": "test"})
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,label\na.jpg\n", "list.csv: line 2 has 1 columns, expected 2"),
        ("path,name\na.jpg,b\n", "list.csv has no column 'label'; it has 'path', 'name'"),
    ],
)
def test_lines_that_do_not_fit(text: str, message: str) -> None:
    with pytest.raises(DataError, match=f"^{message}$"):
        list(csv_rows(io.StringIO(text, newline=""), "list.csv"))
