"""Rows of the first pass: what a task found of one picture, as it goes through Spark."""

import json
import pickle
from typing import Any

from tasks.conversion.store import RESULT
from tasks.datasets.reading import Looked
from tasks.datasets.tfrecord import ShardScan

#: Columns of what the first pass finds. ``kind`` is ``picture``, ``bad``, ``other`` (a file that is
#: passed over) or ``scan`` (of a TFRecord file, in ``detail``); ``label`` is JSON.
SCHEMA = (
    "kind STRING, id STRING, called STRING, detail STRING, source STRING, text STRING,"
    " remarks ARRAY<STRING>, kept BOOLEAN, standard BOOLEAN, name BINARY, split STRING,"
    " unit BINARY, sha256 BINARY, width INT, height INT, size INT, place STRING, spill STRING,"
    " spilled BIGINT"
)
_COLUMNS = len(SCHEMA.split(","))


def row_of(looked: Looked, number: str, spill: str) -> bytes:
    """Return the row of a picture, as an element of ``PictureStore.write``.

    Args:
        looked: what was found.
        number: its id.
        spill: the file with its JPEG, if that was put aside.
    """
    if looked.row is None or looked.found is None:
        kind = "bad" if looked.problem else "other"
        return row(kind, number, looked.where, looked.problem)
    found = looked.row
    return row(
        *("picture", number, looked.where, None, json.dumps(looked.found.label)),
        *(looked.found.texts[0], list(looked.remarks), looked.kept, looked.standard),
        *(found.name, found.split, found.unit, found.sha256, found.width, found.height, found.size),
        found.place.decode("utf-8", "surrogateescape") if found.place is not None else None,
        *((spill, found.spilled) if found.spilled is not None else (None, None)),
    )


def row(*values: Any) -> bytes:
    """Return a row of the first columns of ``SCHEMA``, as an element of ``PictureStore.write``."""
    return RESULT + pickle.dumps((*values, *[None] * (_COLUMNS - len(values))))


def scan_of(detail: str) -> ShardScan:
    """Return the scan that a row of the kind ``scan`` holds."""
    records, size, offsets = json.loads(detail)
    return ShardScan(records, size, tuple(offsets))
