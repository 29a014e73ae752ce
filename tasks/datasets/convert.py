"""A data set made of a source: which pictures, in which split, in which files."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tasks.datasets.bad_pictures import check_bad, write_skipped
from tasks.datasets.copies import drop_copies, resolve_contradictions, tell_copies, tell_groups
from tasks.datasets.dataset import SKIPPED, SPLITS
from tasks.datasets.describe import Told, describe, tell_reading
from tasks.datasets.entry import Classes, Source
from tasks.datasets.index import Index
from tasks.datasets.options import Options
from tasks.datasets.reading import Reading, read_all
from tasks.datasets.shards import ShardWriter, keep_shards, write_labels
from tasks.datasets.sides import choose_splits
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.datasets.spill import Spill
from tasks.datasets.tree import Tree
from tasks.errors import DataError

logger = logging.getLogger(__name__)

#: The folder of a data set's files in its artefact: their names must not meet those of the
#: description and of the artefact's manifest.
CONTENT = "content"


def convert(source: Source, tree: Tree, folder: Path, options: Options) -> dict[str, Any]:
    """Make the data set of a source in ``folder`` and return its description.

    TFRecord files that need nothing stay as they are; of all else new shards are written.

    Args:
        source: the pictures.
        tree: the files that they are in.
        folder: of the artefact that is being made.
        options: what the user chose.

    Raises:
        DataError: the source is not as expected.
        StorageError: ``folder`` cannot be written, or the disk is full.
    """
    with _workspace(folder) as (index, spill):
        reading = read_all(source, index, spill)
        check_bad(index, reading.pictures, options)
        if not reading.pictures:
            raise DataError("has no pictures")
        classes = _set_labels(source, reading, index)
        told = Told(warnings=[*classes.warnings, *source.remarks()])
        tell_reading(told, reading, tree)
        finished = isinstance(source, TfrecordSource) and source.splits >= set(SPLITS)
        if finished:
            # Who made these records decided what is in them: copies and all.
            tell_copies(told, index, classes.names)
        else:
            resolve_contradictions(index, classes.names, options)
            told.count("copies", drop_copies(index), "copy", "of a picture left out")
        told.warn(check_bad(index, reading.pictures, options))
        told.warnings += choose_splits(index, source.splits, classes.names, options)
        if not finished:
            tell_groups(told, index)
        told.counts["skipped"] = index.value("SELECT COUNT(*) FROM skipped")
        write_skipped(index, folder / SKIPPED)
        content = folder / CONTENT
        if (
            finished
            and isinstance(source, TfrecordSource)
            and _needs_nothing(source, reading, classes)
        ):
            shards = keep_shards(source, tree, content)
        else:
            content.mkdir()
            shards = ShardWriter(source, index, spill, classes.names).write(content)
        write_labels(content, classes.names)
        return describe(folder, source.layout, classes.names, shards, index, told)


def _needs_nothing(source: TfrecordSource, reading: Reading, classes: Classes) -> bool:
    """Whether records can stay as they are, to the byte."""
    as_found = all(classes.labels[each.label] == each.label for each in reading.classes)
    return as_found and not source.compressed and reading.standard == reading.pictures


def _set_labels(source: Source, reading: Reading, index: Index) -> Classes:
    classes = source.classes(reading.classes)
    index.run("CREATE TEMP TABLE labels (source INTEGER PRIMARY KEY, label INTEGER)")
    index.run_many(
        "INSERT INTO labels VALUES (?, ?)",
        [(number, classes.labels[each.label]) for number, each in enumerate(reading.classes)],
    )
    index.run("UPDATE pictures SET label = (SELECT label FROM labels WHERE source = source_label)")
    return classes


@contextmanager
def _workspace(folder: Path) -> Iterator[tuple[Index, Spill]]:
    making = folder / ".making"
    making.mkdir()
    index, spill = Index(making / "index"), Spill(making / "spill")
    try:
        yield index, spill
    finally:
        index.close()
        spill.close()
        shutil.rmtree(making)
