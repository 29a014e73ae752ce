"""A data set made of a source: which pictures, in which split, in which files."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.datasets.bad_pictures import check_bad, write_skipped
from tasks.datasets.copies import drop_copies, resolve_contradictions, tell_copies, tell_groups
from tasks.datasets.dataset import SKIPPED, SPLITS
from tasks.datasets.describe import Told, describe, tell_reading
from tasks.datasets.entry import Classes, Source
from tasks.datasets.index import Index, Table
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
        reading = read_all(source, index, spill, options.max_side)
        decision = decide(source, tree, reading, index, options)
        names = decision.class_names
        write_skipped(index, folder / SKIPPED)
        content = folder / CONTENT
        if isinstance(source, TfrecordSource) and decision.keeps_shards:
            shards = keep_shards(source, tree, content)
        else:
            content.mkdir()
            shards = ShardWriter(source, index, spill, names).write(content)
        write_labels(content, names)
        max_side = options.max_side
        return describe(folder, source.layout, names, shards, index, decision.told, max_side)


@dataclass(frozen=True)
class Decision:
    """Facts of a data set that follow from its pictures, once all were looked at.

    Attributes:
        class_names: in the order of the labels.
        keeps_shards: whether the TFRecord files of the source stay as they are.
        told: what is told of how the data set is made.
    """

    class_names: tuple[str, ...]
    keeps_shards: bool
    told: Told


def decide(
    source: Source, tree: Tree, reading: Reading, index: Table, options: Options
) -> Decision:
    """Give every picture that stays its label and its split; delete or leave out the others.

    Args:
        source: the pictures.
        tree: the files that they are in.
        reading: what the first pass found.
        index: has a row for every picture.
        options: what the user chose.

    Raises:
        DataError: the source is not as expected.
    """
    check_bad(index, reading.pictures, options)
    if not reading.pictures:
        raise DataError("has no pictures")
    classes = source.classes(reading.classes)
    index.set_labels([classes.labels[each.label] for each in reading.classes])
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
    return Decision(classes.names, finished and _needs_nothing(source, reading, classes), told)


def _needs_nothing(source: Source, reading: Reading, classes: Classes) -> bool:
    """Return whether records can stay as they are, to the byte."""
    as_found = all(classes.labels[each.label] == each.label for each in reading.classes)
    compressed = isinstance(source, TfrecordSource) and source.compressed
    return as_found and not compressed and reading.standard == reading.pictures


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
