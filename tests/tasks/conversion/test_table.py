"""The table of pictures on executors against that of SQLite: the same after every change."""

import hashlib
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tasks.conversion.table import SparkTable
from tasks.datasets.copies import drop_copies, resolve_contradictions
from tasks.datasets.index import Index, Row, Table
from tasks.datasets.options import Options
from tasks.datasets.sides import choose_splits
from tasks.datasets.split import side_of
from tasks.spark.cluster import Cluster

_SCHEMA = (
    "id STRING, name BINARY, source_label INT, label INT, split STRING, unit BINARY,"
    " sha256 BINARY, width INT, height INT, size INT"
)
_ALL = "SELECT name, label, split, unit, sha256 FROM pictures ORDER BY name"
NAMES = [f"class {i}" for i in range(6)]


def some_rows() -> list[Row]:
    """Return rows with copies, contradictions and small classes."""
    draw = random.Random(3)  # noqa: S311 - no secret
    rows = []
    for number in range(120):
        label = min(draw.randrange(9), 5)
        # Classes but the last two share some pictures.
        picture = draw.randrange(60) if label < 2 else 1000 + number % (50 if label < 4 else 999)
        digest = hashlib.sha256(str(picture).encode()).digest()
        rows.append(Row(b"%03d" % number, label, None, digest, digest, 1, 1, 1, None, None))
    return rows


@pytest.fixture
def tables(cluster: Cluster, tmp_path: Path) -> Iterator[tuple[Table, Table]]:
    from pyspark.sql import SparkSession

    session = SparkSession(cluster.context)
    rows = some_rows()
    index = Index(tmp_path / "index")
    index.add(rows, [("bad.jpg", "is empty")])
    frame = session.createDataFrame([_values(row) for row in rows], _SCHEMA)
    skipped = session.createDataFrame([("bad.jpg", "is empty")], "name STRING, reason STRING")
    yield index, SparkTable(session, frame, skipped)
    index.close()


def _values(row: Row) -> tuple[Any, ...]:
    numbers = (row.width, row.height, row.size)
    return (
        *(row.name.decode(), bytearray(row.name), row.source_label, None, row.split),
        *(bytearray(row.unit), bytearray(row.sha256), *numbers),
    )


def test_the_rules_decide_alike(tables: tuple[Table, Table]) -> None:
    options = Options(bad_pictures="skip", validation_share=0.2, test_share=0.1)
    done = []
    for table in tables:
        table.set_labels([5, 4, 3, 2, 1, 0])
        resolve_contradictions(table, NAMES, options)
        dropped = drop_copies(table)
        warnings = choose_splits(table, frozenset(), NAMES, options)
        skipped = list(table.rows("SELECT * FROM skipped ORDER BY name"))
        done.append((dropped, warnings, skipped, list(table.rows(_ALL))))
    assert done[0] == done[1]
    dropped, _, skipped, left = done[0]
    assert dropped
    assert len(skipped) > 1
    assert {split for _, _, split, *_ in left} == {"train", "validation", "test"}


def test_units_move_and_others_stay(tables: tuple[Table, Table]) -> None:
    unit = some_rows()[0].unit
    done = []
    for table in tables:
        table.split_by(partial(side_of, validation_share=0.5, test_share=0.0))
        ((before,),) = set(table.rows("SELECT DISTINCT split FROM pictures WHERE unit = ?", unit))
        table.move_units({unit: "train" if before == "validation" else "validation"})
        ((after,),) = set(table.rows("SELECT DISTINCT split FROM pictures WHERE unit = ?", unit))
        assert after != before
        done.append(list(table.rows(_ALL)))
    assert done[0] == done[1]


def test_a_value_that_is_not_there_is_zero(tables: tuple[Table, Table]) -> None:
    for table in tables:
        assert table.value("SELECT SUM(size) FROM pictures WHERE width = ?", 99) == 0
