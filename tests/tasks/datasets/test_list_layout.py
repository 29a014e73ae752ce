"""Lists of pictures."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.datasets.list_layout import Row, check_inside, parse_list
from tasks.errors import DataError


def parsed(text: str, name: str = "list.csv") -> list[Row]:
    return list(parse_list(io.StringIO(text, newline=""), name))


@pytest.mark.parametrize(
    "text",
    [
        "path,label\na/1.jpg,daisy\nb.png,red tulip\n",
        "path;label\r\na/1.jpg;daisy\r\n\r\nb.png;red tulip\r\n",
        "Label\tFile_Name\tsize\ndaisy\ta/1.jpg\t3\nred tulip\tb.png\t4\n",
        'filename,class\n"a/1.jpg","daisy"\nb.png,"red tulip"',
    ],
)
def test_csv(text: str) -> None:
    rows = [(row.path, row.label, row.split, row.group) for row in parsed(text)]
    assert rows == [("a/1.jpg", "daisy", None, None), ("b.png", "red tulip", None, None)]


def test_json_lines() -> None:
    text = (
        '{"path": "a.jpg", "label": 3, "split": "val", "group": "x"}\n\n'
        '{"path": "b.jpg", "label": "c", "split": "train"}\n'
    )
    assert parsed(text, "list.jsonl") == [
        Row(1, "a.jpg", "3", "validation", "x"),
        Row(3, "b.jpg", "c", "train", None),
    ]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("a,b\n1,2\n", "l.csv", "l.csv has no column 'path'; it has 'a', 'b'"),
        ("path,size\n1,2\n", "l.csv", "l.csv has no column 'label'; it has 'path', 'size'"),
        ("", "l.csv", "l.csv has no column 'path'; it has none"),
        ("path,label\na.jpg\n", "l.csv", "l.csv: line 2 has 1 columns, expected 2"),
        ("path,label\n,x\n", "l.csv", "l.csv: line 2 has an empty path"),
        ("path,label\na.jpg,\n", "l.csv", "l.csv: line 2 has an empty class name"),
        ("path,label,split\na,b,tran\n", "l.csv", "line 2: split is 'tran', expected train, valid"),
        (
            "path,label,split\na,b,train\nc,d,\n",
            "l.csv",
            "line 3 has no split, unlike the lines before it; expected one in every line or in no",
        ),
        ("path,label\na,b\x1b[2J\n", "l.csv", r"line 2: class name 'b\\x1b\[2J' has a control"),
        ("[1]\n", "l.jsonl", r"l.jsonl: line 1 is '\[1\]', expected an object"),
        ("{\n", "l.jsonl", "l.jsonl: line 1 is no JSON: "),
        ('{"path": "a"}\n', "l.jsonl", "l.jsonl: line 1 has no column 'label'; it has 'path'"),
        ('{"path": "a", "label": 1.5}\n', "l.jsonl", "line 1: label is '1.5', expected text"),
        ('{"path": ["a"], "label": 1}\n', "l.jsonl", "line 1: path is .*, expected text"),
    ],
)
def test_refused(text: str, name: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parsed(text, name)


def test_deeply_nested_json_is_refused() -> None:
    with pytest.raises(DataError, match="line 1 is no JSON"):
        parsed('{"path":' * 100_000 + "\n", "l.jsonl")


@pytest.mark.parametrize("path", ["/etc/passwd", "../a.jpg", "a/../../b", "file:///a", "a\0b"])
def test_outside(path: str) -> None:
    with pytest.raises(DataError, match=r"^list.csv: line 7: path '.*' leads out of the"):
        check_inside(Row(7, path, "rose", None, None), "list.csv")


@pytest.mark.parametrize("path", ["https://host/a/1.jpg", "s3://bucket/1.jpg"])
def test_a_url_is_told_what_to_write_instead(path: str) -> None:
    with pytest.raises(
        DataError, match=r"relative to the list, not a URL: leave out the URL of its folder"
    ):
        check_inside(Row(7, path, "rose", None, None), "list.csv")


@pytest.mark.parametrize("path", ["a.jpg", "./a/b.jpg", "a..b/c.jpg", "日本/花.png"])
def test_inside(path: str) -> None:
    check_inside(Row(7, path, "rose", None, None), "list.csv")


cells = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1).filter(str.strip)


@given(st.lists(st.tuples(cells, cells), min_size=1))
def test_any_text_comes_back(pairs: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("path", "label"), *pairs])
    lines = "".join(json.dumps({"path": p, "label": label}) + "\n" for p, label in pairs)
    for found in (parsed(text.getvalue()), parsed(lines, "a.jsonl")):
        assert [row.path for row in found] == [path.strip() for path, _ in pairs]


@given(st.text(), st.sampled_from(["a.csv", "a.jsonl"]))
def test_any_file_is_taken_or_refused(text: str, name: str) -> None:
    try:
        rows = parsed(text, name)
    except DataError:
        return
    assert all(row.path and row.label for row in rows)
