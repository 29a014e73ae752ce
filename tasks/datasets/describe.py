"""The description of a data set, ``dataset.json``, and what is told of how it was made."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from tasks.datasets.dataset import ALL_SPLITS, RECORDS_PER_CHUNK
from tasks.datasets.index import Table
from tasks.datasets.names import counted
from tasks.datasets.reading import Reading
from tasks.datasets.tfrecord import ShardScan
from tasks.datasets.tree import Tree

logger = logging.getLogger(__name__)

Shards = Mapping[str, Sequence[tuple[PurePath, ShardScan]]]


@dataclass
class Told:
    """Counts, notes and warnings of how a data set was made.

    Attributes:
        counts: of pictures and files, by name.
        notes: what was done, in sentences.
        warnings: what looks odd, in sentences.
    """

    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def count(self, name: str, number: int, noun: str, what: str) -> None:
        """Keep a count, and a note of it unless it is 0."""
        self.counts[name] = number
        if number:
            self.notes.append(f"{counted(number, noun)} {what}")

    def warn(self, sentence: str | None) -> None:
        """Keep a warning, if it is one."""
        if sentence:
            self.warnings.append(sentence)

    def log(self) -> None:
        """Say all of it."""
        for note in self.notes:
            logger.info("%s", note)
        for warning in self.warnings:
            logger.warning("%s", warning)


def tell_reading(told: Told, reading: Reading, tree: Tree) -> None:
    """Tell what the first pass found."""
    told.counts["read"] = reading.pictures
    told.count("converted", reading.converted, "picture", "stored anew as JPEG")
    told.count("junk", tree.junk, "file", "of systems and packers passed over")
    told.count("links", tree.links, "symbolic link", "left out")
    told.count("others", reading.passed_over, "file", "passed over: no picture and not named so")
    for remark, number in sorted(reading.remarks.items()):
        told.notes.append(f"{counted(number, 'picture')} {remark}")


def describe(
    folder: PurePath,
    layout: str,
    class_names: Sequence[str],
    shards: Shards,
    index: Table,
    told: Told,
    max_side: int | None = None,
) -> dict[str, Any]:
    """Return what ``dataset.json`` holds.

    Args:
        folder: of the artefact.
        layout: of the source.
        class_names: in label order.
        shards: the files by split, and what a scan of each finds.
        index: has the label and the split of every picture.
        told: what is told beside.
        max_side: pictures were scaled down to it, in pixels.
    """
    told.log()
    return {
        "class_names": list(class_names),
        "chunk": RECORDS_PER_CHUNK,
        "splits": {
            split: _describe_split(folder, split, shards[split], len(class_names), index)
            for split in ALL_SPLITS
            if shards.get(split)
        },
        "layout": layout,
        "counts": told.counts,
        "notes": told.notes,
        "warnings": told.warnings,
        **({"max_side": max_side} if max_side else {}),
    }


def _describe_split(
    folder: PurePath,
    split: str,
    shards: Sequence[tuple[PurePath, ShardScan]],
    classes: int,
    index: Table,
) -> dict[str, Any]:
    counts = [0] * classes
    for label, count in index.rows(
        "SELECT label, COUNT(*) FROM pictures WHERE split = ? GROUP BY label", split
    ):
        counts[label] = count
    return {
        "records": sum(counts),
        "class_counts": counts,
        "shards": [
            {
                "file": path.relative_to(folder).as_posix(),
                "records": scan.records,
                "bytes": scan.bytes,
                "chunk_offsets": scan.chunk_offsets,
            }
            for path, scan in shards
        ],
    }
