"""Pictures in Parquet files, as the Hugging Face hub lays data sets out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.datasets.entry import Classes, Entry, Found, Loaded
from tasks.datasets.names import class_name, shown
from tasks.datasets.parquet_columns import Columns, find_columns
from tasks.datasets.picture import MAX_BYTES
from tasks.datasets.shard_names import SPLIT_WORDS, order_shards
from tasks.datasets.source_folder import named_classes
from tasks.datasets.tree import Tree
from tasks.errors import DataError, PictureError

# Rows that are in memory at once.
_BATCH = 16
_BUFFER = 2**20


class ParquetSource:
    """Pictures in a set of Parquet files.

    The split is told by a file's name, as ``train-00000-of-00002.parquet``, or by a column.

    Args:
        tree: the files.
        paths: those that are Parquet.
        labelled: if False, nothing but the pictures is read.

    Raises:
        DataError: a file is damaged, or has not the columns.
    """

    layout = "parquet"

    def __init__(self, tree: Tree, paths: Sequence[str], *, labelled: bool = True) -> None:
        self._root = tree.root
        by_split = order_shards(paths)
        #: The split of every file.
        self.files = {path: split for split, paths in by_split.items() for path in paths}
        self.splits = frozenset(split for split in by_split if split)
        self._columns: dict[str, Columns] = {}
        self.total = 0
        for path in paths:
            with _damage(path), _opened(self._root / path) as file:
                self._columns[path] = find_columns(file.schema_arrow, path, labelled=labelled)
                self.total += file.metadata.num_rows
        names = {columns.class_names for columns in self._columns.values()}
        if len(names) > 1:
            raise DataError(
                "the Parquet files have different class names; expected the same in all"
            )
        (self._class_names,) = names

    def entries(self) -> Iterator[Entry]:
        """Yield all rows, file by file."""
        for path in self.files:
            yield from self.entries_of(path, self._root)

    def entries_of(self, path: str, root: Path) -> Iterator[Entry]:
        """Yield the rows of one file.

        Args:
            path: the file, below the data set's folder.
            root: where that folder, or a copy of the file, is.
        """
        with _damage(path), _opened(root / path) as file:
            yield from self._rows(file, path, self.files[path])

    def load(self, entry: Entry) -> Loaded:
        """Return the content of a row."""
        if entry.data is None:
            raise PictureError("has no bytes")
        if len(entry.data) > MAX_BYTES:
            raise PictureError(f"has {len(entry.data):,} bytes, expected at most {MAX_BYTES:,}")
        return Loaded(entry.data, "" if entry.label is None else entry.label, entry.name)

    def read(self, place: str) -> bytes:
        """Rows cannot be found again one by one; their pictures are spilled."""
        raise NotImplementedError(place)

    def classes(self, found: Sequence[Found]) -> Classes:
        """Return the classes that the schema names, or those that have pictures."""
        if self._class_names:
            labels: dict[str | int, int] = {i: i for i in range(len(self._class_names))}
            return Classes(self._class_names, labels)
        if any(isinstance(each.label, str) for each in found):
            return named_classes(found)
        numbers = sorted(int(each.label) for each in found)
        return Classes(
            tuple(str(number) for number in numbers),
            {number: label for label, number in enumerate(numbers)},
            ("the Parquet files do not name their classes: they are called by their numbers",),
        )

    def remarks(self) -> list[str]:
        """Return what looks odd: nothing."""
        return []

    def _rows(self, file: Any, path: str, split: str | None) -> Iterator[Entry]:
        columns = self._columns[path]
        wanted = [columns.image, columns.label, columns.split, columns.group]
        number = 0
        for batch in file.iter_batches(_BATCH, columns=[name for name in wanted if name]):
            for row in batch.to_pylist():
                where = f"{path}: row {number}"
                image = row[columns.image]
                data, name = (image, "") if not columns.nested else _unpacked(image)
                yield Entry(
                    where=where,
                    name=name or f"{path}#{number}",
                    label=self._label(row[columns.label], where) if columns.label else "",
                    split=split or _split(row.get(columns.split), where),
                    group=_group(row.get(columns.group)),
                    data=data or b"",
                )
                number += 1

    def _label(self, value: Any, where: str) -> str | int:
        count = len(self._class_names)
        if isinstance(value, str) and not count:
            return class_name(value, where)
        if isinstance(value, bool) or not isinstance(value, int):
            raise DataError(f"{where}: label is {shown(str(value))}, expected a number or a name")
        if count and not 0 <= value < count:
            raise DataError(f"{where}: label is {value}, expected 0 to {count - 1}")
        return value


def _unpacked(image: Any) -> tuple[bytes | None, str]:
    if image is None:
        return None, ""
    return image.get("bytes"), str(image.get("path") or "")


def _split(value: Any, where: str) -> str | None:
    if value is None:
        return None
    if str(value).lower() not in SPLIT_WORDS:
        raise DataError(
            f"{where}: split is {shown(str(value))}, expected train, validation or test"
        )
    return SPLIT_WORDS[str(value).lower()]


def _group(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from pyarrow import parquet

    # Column by column through a small buffer: a row group may be larger than memory.
    with parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file:
        yield file


@contextmanager
def _damage(path: str) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    # Texts and numbers that are none are Python's own errors.
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise DataError(f"{shown(path)} is not a whole Parquet file: {lines[0]}") from error
