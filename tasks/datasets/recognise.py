"""The layout of a source, told by looking at its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.datasets.dataset import LABELS
from tasks.datasets.entry import Source
from tasks.datasets.folder_layout import named_as_picture
from tasks.datasets.labels import LABEL_FILES, Labels, read_labels
from tasks.datasets.list_rows import has_columns
from tasks.datasets.names import listed
from tasks.datasets.shard_names import looks_like_shard
from tasks.datasets.signature import PICTURES
from tasks.datasets.source_folder import FolderSource
from tasks.datasets.source_list import ListSource, read_lines
from tasks.datasets.source_parquet import ParquetSource
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.datasets.tfrecord import holds_records
from tasks.datasets.tree import Tree, kind_of_file
from tasks.errors import DataError
from tasks.params.data import Layout

_LIST_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
# Files without a telling name are opened only if there are few: among pictures there are many.
_MOST_OPENED = 1000


@dataclass
class _Seen:
    """The files of a source by what they may be, and the first ones of all."""

    tfrecord: list[str]
    parquet: list[str]
    lists: list[str]
    labels: list[str]
    pictures: int
    first: list[str]


def recognise(tree: Tree, layout: Layout = "auto") -> Source:
    """Return the source of pictures that some files are.

    TFRecord files are sought first, then Parquet files, then a list with the columns path and
    label, then folders: the rarer a kind of file is where it is not the data set, the earlier.

    Args:
        tree: the files.
        layout: what they are, if the user said so.

    Raises:
        DataError: they are nothing that is known, or not what the user said.
    """
    seen = _look(tree)
    if layout in {"auto", "tfrecord"} and seen.tfrecord:
        return TfrecordSource(tree, seen.tfrecord, _labels(tree, seen.labels))
    if layout in {"auto", "parquet"} and seen.parquet:
        return ParquetSource(tree, seen.parquet)
    if layout in {"auto", "list"} and len(seen.lists) == 1:
        return ListSource(tree, seen.lists[0])
    if len(seen.lists) > 1 and (layout == "list" or not seen.pictures):
        raise DataError(f"has {len(seen.lists)} lists: {listed(seen.lists)}; expected one")
    if layout == "folder" or (layout == "auto" and seen.pictures):
        return FolderSource(tree)
    raise _unknown(seen, layout)


def is_list_name(path: str) -> bool:
    """Return whether a file is named as lists are."""
    return path.lower().endswith(_LIST_SUFFIXES)


def _look(tree: Tree) -> _Seen:
    seen = _Seen([], [], [], [], 0, [])
    unnamed = 0
    for file in tree.files():
        path, name = file.path, file.path.rpartition("/")[2].lower()
        if len(seen.first) < 10:
            seen.first.append(path)
        if named_as_picture(path):
            seen.pictures += 1
        elif name in LABEL_FILES:
            seen.labels.append(path)
        elif is_list_name(name):
            if _is_list(tree, path):
                seen.lists.append(path)
        elif looks_like_shard(path) or unnamed < _MOST_OPENED:
            unnamed += not looks_like_shard(path)
            _sort(tree, path, seen)
    for found in (seen.lists, seen.labels, seen.first):
        found.sort()
    return seen


def _sort(tree: Tree, path: str, seen: _Seen) -> None:
    kind = kind_of_file(tree.root / path)
    if kind == "gzip":
        kind = "TFRecord" if holds_records(tree.root / path) else kind
    if kind == "TFRecord" or (not kind and looks_like_shard(path)):
        # What is named as a shard and is none is told when its first record is read.
        seen.tfrecord.append(path)
    elif kind == "Parquet":
        seen.parquet.append(path)
    elif kind in PICTURES:
        seen.pictures += 1


def _is_list(tree: Tree, path: str) -> bool:
    try:
        return has_columns(next(read_lines(tree.root / path), ""), path)
    except DataError:
        return False


def _labels(tree: Tree, paths: Sequence[str]) -> Labels | None:
    folders = {path.rpartition("/")[0] for path in paths}
    if len(folders) > 1:
        raise DataError(
            f"{len(paths)} {LABELS}, expected one data set in one place: {listed(paths)}"
        )
    by_name = {path.rpartition("/")[2].lower(): path for path in paths}
    own = next((by_name[name] for name in LABEL_FILES if name in by_name), None)
    return read_labels(tree.root / own) if own else None


def _unknown(seen: _Seen, layout: Layout) -> DataError:
    wanted = {
        "tfrecord": "TFRecord files",
        "parquet": "Parquet files",
        "list": "a CSV or JSON lines file with the columns path and label",
    }.get(
        layout,
        "a subfolder of pictures for each class, a list with the columns path and label, Parquet "
        "files, or TFRecord files",
    )
    found = f"it holds {listed(seen.first)}" if seen.first else "it holds no files"
    return DataError(f"has no data set; expected {wanted}; {found}")
