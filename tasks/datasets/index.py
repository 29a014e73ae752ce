"""The index of a data set that is being made: one row a picture, on disk and not in memory."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

_SCHEMA = """
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL,
    source_label INTEGER NOT NULL,
    label INTEGER,
    split TEXT,
    unit BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    size INTEGER NOT NULL,
    place BLOB,
    spilled INTEGER
);
CREATE TABLE skipped (name TEXT NOT NULL, reason TEXT NOT NULL);
"""
#: The view ``contradicting``: pictures that are in two classes.
CONTRADICTING = "SELECT sha256 FROM pictures GROUP BY sha256 HAVING MIN(label) < MAX(label)"


_CACHE_KIB = 512


@dataclass(frozen=True, slots=True)
class Row:
    """A picture that was looked at.

    Attributes:
        name: ``image/filename``, UTF-8.
        source_label: number of its class in the order in which classes were found.
        split: the one it is in, None where the source has none.
        unit: the digest that decides its side, of the picture or of its group.
        sha256: of its bytes as they came.
        width: in pixels.
        height: in pixels.
        size: of the JPEG that its record holds, in bytes.
        place: where the source reads these again, None where the JPEG was spilled.
        spilled: the byte of the spill file at which the JPEG starts.
    """

    name: bytes
    source_label: int
    split: str | None
    unit: bytes
    sha256: bytes
    width: int
    height: int
    size: int
    place: bytes | None
    spilled: int | None


class Table(Protocol):
    """A table of pictures, as the rules see it, and one of those that are left out.

    SQLite holds it where one machine makes the data set, and Spark where a cluster does. Queries
    are in the SQL that both understand; a ``?`` stands for a value.
    """

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield what a query finds."""

    def value(self, query: str, *values: Any) -> int:
        """Return the one number that a query finds, 0 for none."""

    def set_labels(self, labels: Sequence[int]) -> None:
        """Give every picture its label.

        Args:
            labels: the label by ``source_label``.
        """

    def delete(self, query: str) -> int:
        """Delete the pictures whose ``id`` a query finds, and return how many they are."""

    def leave_out(self, query: str, reason: str) -> None:
        """Move the pictures whose ``sha256`` a query finds to those that are left out."""

    def split_by(self, rule: Callable[[bytes], str]) -> None:
        """Give pictures without a split, or for training, the split that a rule finds by unit."""

    def move_units(self, sides: Mapping[bytes, str]) -> None:
        """Move training and validation pictures of units to another side."""


class Index:
    """A table of pictures in a file of this machine; see ``Table``.

    It lives only while a data set is made, so nothing is done for its safety: SQLite neither keeps
    a journal nor waits for the disk.

    Args:
        path: the file, new or made by another ``Index``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        new = not path.exists()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA temp_store = FILE")
        # SQLite's own cache is 2 MB for each connection. Rows are read and sorted in order, once.
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if new:
            self._connection.executescript(_SCHEMA)
            self._connection.execute(f"CREATE VIEW contradicting AS {CONTRADICTING}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, rows: Sequence[Row], skipped: Sequence[tuple[str, str]]) -> None:
        """Add pictures, and names and reasons of those that are left out."""
        values = [
            (
                *(row.name, row.source_label, row.split, row.unit, row.sha256),
                *(row.width, row.height, row.size, row.place, row.spilled),
            )
            for row in rows
        ]
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO pictures (name, source_label, split, unit, sha256, width, height, size,"
            " place, spilled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        self._connection.executemany("INSERT INTO skipped VALUES (?, ?)", skipped)
        self._connection.execute("COMMIT")

    def run(self, statement: str, *values: Any) -> int:
        """Run a statement and return how many rows it changed."""
        return self._connection.execute(statement, values).rowcount

    def set_labels(self, labels: Sequence[int]) -> None:
        """Give every picture its label."""
        self.run("CREATE TEMP TABLE labels (source INTEGER PRIMARY KEY, label INTEGER)")
        self.run_many("INSERT INTO labels VALUES (?, ?)", list(enumerate(labels)))
        self.run(
            "UPDATE pictures SET label = (SELECT label FROM labels WHERE source = source_label)"
        )

    def delete(self, query: str) -> int:
        """Delete the pictures whose ``id`` a query finds, and return how many they are."""
        return self.run(f"DELETE FROM pictures WHERE id IN ({query})")  # noqa: S608 - our own query

    def leave_out(self, query: str, reason: str) -> None:
        """Move the pictures whose ``sha256`` a query finds to those that are left out."""
        self.run("CREATE TEMP TABLE leaving (sha256 BLOB PRIMARY KEY)")
        self.run(f"INSERT INTO leaving {query}")
        self.run(
            "INSERT INTO skipped SELECT CAST(name AS TEXT), ? FROM pictures"
            " WHERE sha256 IN (SELECT sha256 FROM leaving) ORDER BY name, id",
            reason,
        )
        self.run("DELETE FROM pictures WHERE sha256 IN (SELECT sha256 FROM leaving)")
        self.run("DROP TABLE leaving")

    def split_by(self, rule: Callable[[bytes], str]) -> None:
        """Give pictures without a split, or for training, the split that a rule finds by unit."""
        self._connection.create_function("side", 1, rule, deterministic=True)
        self.run("UPDATE pictures SET split = side(unit) WHERE split IS NULL OR split = 'train'")

    def move_units(self, sides: Mapping[bytes, str]) -> None:
        """Move training and validation pictures of units to another side."""
        self.run("CREATE INDEX by_unit ON pictures (unit)")
        self.run_many(
            "UPDATE pictures SET split = ? WHERE unit = ? AND split IN ('train', 'validation')",
            [(side, unit) for unit, side in sides.items()],
        )

    def run_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each of ``values``."""
        self._connection.execute("BEGIN")
        self._connection.executemany(statement, values)
        self._connection.execute("COMMIT")

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield what a query finds."""
        with closing(self._connection.cursor()) as cursor:
            yield from cursor.execute(query, values)

    def value(self, query: str, *values: Any) -> int:
        """Return the one number that a query finds, 0 for none."""
        ((found,),) = self._connection.execute(query, values).fetchall()
        return int(found or 0)
