"""Files of scores: written piece by piece, and read again for their counts."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tasks.params.scoring import ScoreFormat
from tasks.scoring.counts import Counts
from tasks.scoring.rows import Rows, Scorer, csv_table, parquet_table

_SUFFIXES: dict[str, str] = {"parquet": ".parquet", "csv": ".csv"}


def part_name(part: int, output: ScoreFormat) -> str:
    """Return the name of the file of a part."""
    return f"part-{part:06d}{_SUFFIXES[output]}"


def part_number(name: str, output: ScoreFormat) -> int | None:
    """Return the number of the part that a file is of, None for another file."""
    digits = name.removeprefix("part-").removesuffix(_SUFFIXES[output])
    number = int(digits) if digits.isascii() and digits.isdigit() else None
    return number if number is not None and part_name(number, output) == name else None


class PartWriter:
    """Writer of one part; what it wrote so far can be taken away, so that memory is bounded.

    Args:
        scorer: head and classes.
        output: format of the file.
    """

    def __init__(self, scorer: Scorer, output: ScoreFormat) -> None:
        self._scorer = scorer
        self._sink = _Sink()
        self._table: Callable[[Scorer, Rows], Any] = csv_table
        self._writer = _open_csv
        if output == "parquet":
            self._table, self._writer = parquet_table, _open_parquet
        schema = self._table(scorer, Rows()).schema
        self._open = self._writer(self._sink, schema)

    def add(self, rows: Rows) -> bytes:
        """Write rows and return the bytes that are ready."""
        self._open.write_table(self._table(self._scorer, rows))
        return self._sink.take()

    def close(self) -> bytes:
        """Return the last bytes."""
        self._open.close()
        return self._sink.take()


@dataclass(frozen=True)
class PartReader:
    """Reader of the counts of parts.

    Attributes:
        class_names: in label order.
        output: format of the files.
    """

    class_names: tuple[str, ...]
    output: ScoreFormat

    def counts(self, content: bytes) -> Counts | None:
        """Return the counts of a part's rows; None if the file is damaged."""
        import pyarrow as pa

        labels = {name: label for label, name in enumerate(self.class_names)}
        counts = Counts()
        try:
            for name, found, error in self._rows(content):
                counts.note(name, labels[found] if error is None else None, error)
        except (pa.ArrowException, OSError, KeyError, ValueError):
            return None
        return counts

    def _rows(self, content: bytes) -> Iterator[tuple[str, str, str | None]]:
        import pyarrow as pa
        from pyarrow import csv, parquet

        columns = ["name", "class", "error"]
        if self.output == "parquet":
            table = parquet.read_table(io.BytesIO(content), columns=columns)
        else:
            table = csv.read_csv(
                io.BytesIO(content),
                parse_options=csv.ParseOptions(newlines_in_values=True),
                convert_options=csv.ConvertOptions(
                    include_columns=columns,
                    column_types=dict.fromkeys(columns, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
        yield from zip(*(table[name].to_pylist() for name in columns), strict=True)


class _Sink(io.RawIOBase):
    """A file that is taken away while it grows."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._held.append(bytes(content))
        return len(self._held[-1])

    def take(self) -> bytes:
        """Return what was written since the last call."""
        held = b"".join(self._held)
        self._held.clear()
        return held


def _open_parquet(sink: _Sink, schema: Any) -> Any:
    from pyarrow import parquet

    return parquet.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        use_dictionary=["class", "model"],
        write_page_checksum=True,
    )


def _open_csv(sink: _Sink, schema: Any) -> Any:
    from pyarrow import csv

    return csv.CSVWriter(sink, schema)
