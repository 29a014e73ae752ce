"""The second pass: the pictures of the index written as shards of records.

The order within a split is that of the pictures' digests: it does not depend on where the pictures
came from, and mixes the classes.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.datasets.dataset import ALL_SPLITS, LABELS, shard_name
from tasks.datasets.entry import Source
from tasks.datasets.example import picture_example
from tasks.datasets.index import Index
from tasks.datasets.progress import PictureProgress
from tasks.datasets.source_folder import changed
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.datasets.spill import Spill
from tasks.datasets.tfrecord import ShardScan, write_records
from tasks.datasets.tree import Tree
from tasks.storage.local_files import storage_errors, write_text
from tasks.storage.parallel import in_parallel

Shards = dict[str, list[tuple[Path, ShardScan]]]

#: What the shards are called.
NAME = "pictures"
#: About how many bytes a shard has.
SHARD_BYTES = 64 * 2**20

#: Of a record beside its picture and its name: keys, numbers and checksums, in bytes.
RECORD_OVERHEAD = 300


@dataclass(frozen=True)
class _Shard:
    """A shard to be written: the pictures at ``first`` to ``last`` of the order of all splits."""

    path: Path
    split: str
    first: int
    last: int


class ShardWriter:
    """Writes the shards of all splits.

    Args:
        source: the pictures are read from it again.
        index: says which, and in which split.
        spill: has the pictures that cannot be read again.
        class_names: in the order of the labels.
    """

    def __init__(
        self, source: Source, index: Index, spill: Spill, class_names: Sequence[str]
    ) -> None:
        self._source = source
        self._index = index
        self._spill = spill
        self._texts = [name.encode() for name in class_names]

    def write(self, folder: Path) -> Shards:
        """Write all shards into ``folder`` and return them by split.

        Raises:
            DataError: a picture is not what it was in the first pass.
            StorageError: ``folder`` cannot be written, or the disk is full.
        """
        self._index.run(
            "CREATE TABLE ordered AS SELECT ROW_NUMBER() OVER (ORDER BY split, sha256, name, id)"
            " AS rank, split, name, label, sha256, width, height, size, place, spilled,"
            " size + length(name) + ? AS record_size FROM pictures ORDER BY rank",
            RECORD_OVERHEAD,
        )
        self._index.run("CREATE UNIQUE INDEX by_rank ON ordered (rank)")
        shards = [shard for split in ALL_SPLITS for shard in self._planned(folder, split)]
        total = self._index.value("SELECT COUNT(*) FROM ordered")
        progress = PictureProgress("written", total)
        written: Shards = {}
        scans = in_parallel(self._write_shard, shards, lambda _: 1, len(shards))
        for shard, scan in zip(shards, scans, strict=True):
            written.setdefault(shard.split, []).append((shard.path, scan))
            progress.add(scan.records)
        progress.finish()
        return written

    def _planned(self, folder: Path, split: str) -> list[_Shard]:
        total = self._index.value("SELECT SUM(record_size) FROM ordered WHERE split = ?", split)
        count = shard_count(total)
        ranges: list[tuple[int, int]] = []
        filled, last = 0, -1
        for rank, each in self._index.rows(
            "SELECT rank, record_size FROM ordered WHERE split = ? ORDER BY rank", split
        ):
            number = part_of(filled, count, total)
            if number > last:
                ranges.append((rank, rank))
            ranges[-1] = (ranges[-1][0], rank)
            filled, last = filled + each, number
        return [
            _Shard(folder / shard_name(NAME, split, i, len(ranges)), split, first, last)
            for i, (first, last) in enumerate(ranges)
        ]

    def _write_shard(self, shard: _Shard) -> ShardScan:
        # SQLite serves one thread at a time: every shard has a connection of its own.
        index = Index(self._index.path)
        try:
            return write_records(shard.path, self._records(index, shard))
        finally:
            index.close()

    def _records(self, index: Index, shard: _Shard) -> Iterator[bytes]:
        for name, label, sha256, width, height, size, place, spilled in index.rows(
            "SELECT name, label, sha256, width, height, size, place, spilled FROM ordered"
            " WHERE rank BETWEEN ? AND ? ORDER BY rank",
            shard.first,
            shard.last,
        ):
            data = self._picture(name, sha256, size, place, spilled)
            yield picture_example(
                data, width=width, height=height, label=label, text=self._texts[label], name=name
            )

    def _picture(self, name: bytes, sha256: bytes, size: int, place: Any, spilled: Any) -> bytes:
        if spilled is not None:
            return self._spill.read(spilled, size)
        data = self._source.read(place.decode("utf-8", "surrogateescape"))
        if hashlib.sha256(data).digest() != sha256:
            raise changed(name.decode())
        return data


def shard_count(total: int) -> int:
    """Return how many shards records of ``total`` bytes make, if none is larger than a shard."""
    return -(-total // SHARD_BYTES)


def part_of(filled: int, count: int, total: int) -> int:
    """Return the part of a split, from 0, that a picture falls into with its first byte.

    A part that no picture falls into, because one before it is so large, becomes no shard.

    Args:
        filled: bytes of the split's records before it.
        count: how many parts the split has.
        total: bytes of all its records.
    """
    return filled * count // total


def keep_shards(source: TfrecordSource, tree: Tree, folder: Path) -> Shards:
    """Bring TFRecord files as they are into ``folder`` and return them by split.

    Raises:
        StorageError: ``folder`` cannot be written, or the disk is full.
    """
    kept: Shards = {}
    # What was unpacked for this artefact is ours to move.
    bring = shutil.move if tree.root.is_relative_to(folder.parent) else shutil.copyfile
    with storage_errors(folder):
        for split, paths in source.shards.items():
            for path in paths:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                bring(tree.root / path, folder / path)
                kept.setdefault(split or "", []).append((folder / path, source.scans[path]))
    return kept


def write_labels(folder: Path, class_names: Sequence[str]) -> None:
    """Write ``labels.txt`` as TF-Slim has it."""
    write_text(folder / LABELS, labels_text(class_names))


def labels_text(class_names: Sequence[str]) -> str:
    """Return the text of ``labels.txt`` as TF-Slim has it."""
    return "".join(f"{label}:{name}\n" for label, name in enumerate(class_names))
