"""Rows of the first pass."""

import pickle

from tasks.conversion.looked import SCHEMA, row, row_of, scan_of
from tasks.datasets.entry import Found
from tasks.datasets.index import Row
from tasks.datasets.reading import Looked
from tasks.datasets.tfrecord import ShardScan

NAMES = [column.split()[0] for column in SCHEMA.split(",")]


def fields(element: bytes) -> dict[str, object]:
    assert element[:1] == b"r"
    return dict(zip(NAMES, pickle.loads(element[1:]), strict=True))  # noqa: S301 - our own


def test_a_scan_comes_back() -> None:
    assert scan_of("[3, 77, [0, 40]]") == ShardScan(3, 77, (0, 40))


def test_a_picture_that_is_kept_is_read_again_and_another_is_put_aside() -> None:
    numbers = (b"n", -1, "train", b"u", b"s", 4, 5, 6)
    found = Found(7, "x", ("tulip",))
    kept = Looked("x", row=Row(*numbers, b"a/b", None), found=found, kept=True)
    aside = Looked("x", row=Row(*numbers, None, 40), found=found, remarks=("cut",))
    one, other = fields(row_of(kept, "1", "file")), fields(row_of(aside, "2", "file"))
    assert (one["kind"], one["place"], one["spill"], one["spilled"]) == (
        *("picture", "a/b", None, None),
    )
    assert (other["place"], other["spill"], other["spilled"]) == (None, "file", 40)
    assert (one["source"], one["text"], other["remarks"]) == ("7", "tulip", ["cut"])


def test_what_is_no_picture_has_a_reason() -> None:
    bad, passed_over = row_of(Looked("x", "is empty"), "1", ""), row_of(Looked("y"), "2", "")
    assert (fields(bad)["kind"], fields(bad)["detail"]) == ("bad", "is empty")
    assert fields(passed_over)["kind"] == "other"
    assert fields(row("scan"))["spilled"] is None
