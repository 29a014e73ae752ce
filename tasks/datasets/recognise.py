"""The layout of a source, told by looking at its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.datasets.dataset import LABELS
from tasks.datasets.entry import Source
from tasks.datasets.folder_layout import named_as_picture
from tasks.datasets.labels import LABEL_FILES, Labels, read_labels
from tasks.datasets.list_rows import has_columns
from tasks.datasets.names import listed, shown
from tasks.datasets.shard_names import looks_like_shard
from tasks.datasets.signature import PICTURES
from tasks.datasets.source_folder import FolderSource
from tasks.datasets.source_list import ListSource, read_lines
from tasks.datasets.source_loose import LooseSource
from tasks.datasets.source_parquet import ParquetSource
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.datasets.tfrecord import holds_records
from tasks.datasets.tree import Tree, kind_of_file
from tasks.errors import DataError
from tasks.params.data import Layout

#: The file that stands in a data set while it is being written.
UNFINISHED = "_graft_unfinished"

_LIST_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
#: Files without a telling name are opened only if there are few: among pictures there are many.
MOST_OPENED = 1000


@dataclass
class _Seen:
    """The files of a source by what they may be, and the first ones of all."""

    tfrecord: list[str]
    parquet: list[str]
    lists: list[str]
    labels: list[str]
    pictures: int
    first: list[str]


def recognise(tree: Tree, layout: Layout = "auto", *, labelled: bool = True) -> Source:
    """Return the source of pictures that some files are.

    TFRecord files are sought first, then Parquet files, then a list with the columns path and
    label, then folders: the rarer a kind of file is where it is not the data set, the earlier.

    Args:
        tree: the files.
        layout: what they are, if the user said so.
        labelled: if False, pictures need no labels, and those that are there are not read.

    Raises:
        DataError: they are nothing that is known, or not what the user said.
    """
    seen = _look(tree, labelled=labelled)
    if layout in {"auto", "tfrecord"} and seen.tfrecord:
        labels = _labels(tree, seen.labels) if labelled else None
        return TfrecordSource(tree, seen.tfrecord, labels, labelled=labelled)
    if layout in {"auto", "parquet"} and seen.parquet:
        return ParquetSource(tree, seen.parquet, labelled=labelled)
    if layout in {"auto", "list"} and len(seen.lists) == 1:
        return ListSource(tree, seen.lists[0], labelled=labelled)
    if len(seen.lists) > 1 and (layout == "list" or not seen.pictures):
        raise DataError(f"has {len(seen.lists)} lists: {listed(seen.lists)}; expected one")
    if layout == "folder" or (layout == "auto" and seen.pictures):
        return FolderSource(tree) if labelled else LooseSource(tree)
    raise _unknown(seen, layout, labelled=labelled)


def is_list_name(path: str) -> bool:
    """Return whether a file is named as lists are."""
    return path.lower().endswith(_LIST_SUFFIXES)


def _look(tree: Tree, *, labelled: bool) -> _Seen:
    seen = _Seen([], [], [], [], 0, [])
    unnamed = 0
    for file in tree.files():
        path, name = file.path, file.path.rpartition("/")[2].lower()
        if len(seen.first) < 10:
            seen.first.append(path)
        if name == UNFINISHED:
            raise DataError(
                f"is a data set that graft convert has not finished: {shown(path)} is still there; "
                "run the same graft convert again"
            )
        if named_as_picture(path):
            seen.pictures += 1
        elif name in LABEL_FILES:
            seen.labels.append(path)
        elif is_list_name(name):
            if _is_list(tree, path, labelled=labelled):
                seen.lists.append(path)
        elif looks_like_shard(path) or unnamed < MOST_OPENED:
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


def _is_list(tree: Tree, path: str, *, labelled: bool) -> bool:
    try:
        first = next(read_lines(tree.root / path), "")
        return has_columns(first, path, labelled=labelled)
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


def _unknown(seen: _Seen, layout: Layout, *, labelled: bool) -> DataError:
    columns = "the columns path and label" if labelled else "the column path"
    pictures = "a subfolder of pictures for each class" if labelled else "pictures"
    wanted = {
        "tfrecord": "TFRecord files",
        "parquet": "Parquet files",
        "list": f"a CSV or JSON lines file with {columns}",
    }.get(layout, f"{pictures}, a list with {columns}, Parquet files, or TFRecord files")
    found = f"it holds {listed(seen.first)}" if seen.first else "it holds no files"
    what = "no data set" if labelled else "no pictures"
    return DataError(f"has {what}; expected {wanted}; {found}")
