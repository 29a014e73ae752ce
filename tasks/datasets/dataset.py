"""A data set as the steps see it: shards of records by split, and its description on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.errors import DataError
from tasks.storage.locations import Location

SPLITS = ("train", "validation")


LABELS = "labels.txt"


DESCRIPTION = "dataset.json"


RECORDS_PER_CHUNK = 64


@dataclass(frozen=True)
class Shard:
    """One TFRecord file.

    Attributes:
        path: where it lies, absolute; in a dump for a remote home, a URL.
        records: how many records it holds.
        bytes: its size.
        chunk_offsets: the byte at which every chunk of ``records_per_chunk`` records starts.
    """

    path: Location
    records: int
    bytes: int
    chunk_offsets: tuple[int, ...]


@dataclass(frozen=True)
class Split:
    """The training or the validation records.

    Attributes:
        records: how many there are in all shards.
        class_counts: how many there are of each class, in label order.
        shards: the files, in the order of their numbers.
    """

    records: int
    class_counts: tuple[int, ...]
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Dataset:
    """A data set that was unpacked and checked.

    Attributes:
        path: the artefact's folder.
        class_names: the classes; a record's label is an index into them.
        records_per_chunk: how many records lie between two of a shard's ``chunk_offsets``.
        splits: the records by split, ``train`` and ``validation``.
    """

    path: Path
    class_names: tuple[str, ...]
    records_per_chunk: int
    splits: Mapping[str, Split]


def shard_name(name: str, split: str, number: int, count: int) -> str:
    """Return the file name of a shard.

    >>> shard_name("flowers", "train", 0, 5)
    'flowers_train_00000-of-00005.tfrecord'
    """
    return f"{name}_{split}_{number:05d}-of-{count:05d}.tfrecord"


def read_dataset(path: Path) -> Dataset:
    """Return the description of the data set in an artefact's folder.

    Raises:
        DataError: the folder is not one that ``extract_dataset`` made.
    """
    try:
        fields = json.loads((path / DESCRIPTION).read_text(encoding="utf-8"))
        return Dataset(
            path=path.absolute(),
            class_names=tuple(fields["class_names"]),
            records_per_chunk=fields["chunk"],
            splits={split: _read_split(path, fields["splits"][split]) for split in SPLITS},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is not a data set: {DESCRIPTION} cannot be read ({error!r}); expected a "
            "folder that extract_dataset made"
        ) from error


def _read_split(path: Path, fields: Mapping[str, Any]) -> Split:
    shards = tuple(
        Shard(
            path=path.absolute() / shard["file"],
            records=shard["records"],
            bytes=shard["bytes"],
            chunk_offsets=tuple(shard["chunk_offsets"]),
        )
        for shard in fields["shards"]
    )
    return Split(fields["records"], tuple(fields["class_counts"]), shards)
