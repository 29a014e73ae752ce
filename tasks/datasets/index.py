"""The index of a data set that is being made: one row a picture, on disk and not in memory."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
CREATE VIEW contradicting AS
    SELECT sha256 FROM pictures GROUP BY sha256 HAVING MIN(label) < MAX(label);
"""


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


class Index:
    """A table of pictures.

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
        if new:
            self._connection.executescript(_SCHEMA)

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

    def run_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each of ``values``."""
        self._connection.execute("BEGIN")
        self._connection.executemany(statement, values)
        self._connection.execute("COMMIT")

    def define(self, name: str, function: Callable[[Any], Any]) -> None:
        """Let statements call a function of one argument."""
        self._connection.create_function(name, 1, function, deterministic=True)

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield what a query finds."""
        with closing(self._connection.cursor()) as cursor:
            yield from cursor.execute(query, values)

    def value(self, query: str, *values: Any) -> int:
        """Return the one number that a query finds, 0 for none."""
        ((found,),) = self._connection.execute(query, values).fetchall()
        return int(found or 0)
