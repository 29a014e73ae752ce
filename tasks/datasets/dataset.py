"""A data set as the steps see it: shards of records by split, and its description on disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.errors import DataError
from tasks.storage.local_files import read_json_file
from tasks.storage.locations import Location

TRAIN = "train"
VALIDATION = "validation"
#: The splits that every data set has.
SPLITS = (TRAIN, VALIDATION)
#: The split that a data set may have beside them; nothing is chosen by it.
TEST = "test"
ALL_SPLITS = (*SPLITS, TEST)

LABELS = "labels.txt"
DESCRIPTION = "dataset.json"
#: Pictures that were left out, a JSON object a line: name and reason.
SKIPPED = "skipped.jsonl"
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
    """The records of training, of validation or of the test.

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
        splits: the records by split: ``train``, ``validation`` and, in some, ``test``.
        layout: what the source was: folder, list, parquet or tfrecord.
        counts: of pictures that were read, converted, left out and so on, by name.
        notes: what was done to the pictures, in sentences.
        warnings: what looks odd, in sentences.
        max_side: pictures were scaled down to it, in pixels, where they were longer; None: they
            kept their size.
    """

    path: Path
    class_names: tuple[str, ...]
    records_per_chunk: int
    splits: Mapping[str, Split]
    layout: str
    counts: Mapping[str, int]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    max_side: int | None = None


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
        fields = read_json_file(path / DESCRIPTION)
        return Dataset(
            path=path.absolute(),
            class_names=tuple(fields["class_names"]),
            records_per_chunk=fields["chunk"],
            splits=_read_splits(path, fields["splits"]),
            layout=fields["layout"],
            counts=dict(fields["counts"]),
            notes=tuple(fields["notes"]),
            warnings=tuple(fields["warnings"]),
            max_side=fields.get("max_side"),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is not a data set: {DESCRIPTION} cannot be read ({error!r}); expected a "
            "folder that extract_dataset made"
        ) from error


def _read_splits(path: Path, fields: Mapping[str, Any]) -> dict[str, Split]:
    splits = ALL_SPLITS if TEST in fields else SPLITS
    return {split: _read_split(path, fields[split]) for split in splits}


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
