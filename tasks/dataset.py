"""The layout of TF-Slim's flowers data set: unpacked, checked record by record, described.

The archive holds ``labels.txt`` (``0:daisy``, ``1:dandelion``, ...) and, for each split, shards
``<name>_<split>_00000-of-00005.tfrecord`` of ``tf.train.Example`` records, at its root or in one
folder.
"""

import json
import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tasks.archive import unpack
from tasks.artifact import LocalArtifact, build, write_json
from tasks.errors import DataError
from tasks.locations import Location
from tasks.tensorflow_import import import_tensorflow
from tasks.tfrecord import scan

logger = logging.getLogger(__name__)

SPLITS = ("train", "validation")
LABELS = "labels.txt"
DESCRIPTION = "dataset.json"
RECORDS_PER_CHUNK = 64

IMAGE_ENCODED = "image/encoded"
IMAGE_FORMAT = "image/format"
IMAGE_HEIGHT = "image/height"
IMAGE_WIDTH = "image/width"
LABEL = "image/class/label"

# Part of every recipe: raise it when the description or the chunks change.
_LAYOUT_VERSION = 1
# The archive's own names must not meet those of the description and the artefact's manifest.
_CONTENT = "content"
_PROGRESS_SECONDS = 5.0
_SHARD = re.compile(
    rf"(?P<name>.+)_(?P<split>{'|'.join(SPLITS)})_(?P<number>[0-9]{{5}})"
    r"-of-(?P<count>[0-9]{5})\.tfrecord"
)


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


def extract_dataset(archive: Path, archive_sha256: str, datasets: Path) -> LocalArtifact:
    """Unpack a data set's archive, check everything in it and describe it.

    Args:
        archive: a tar archive in the layout above.
        archive_sha256: the digest of its content.
        datasets: where data sets live.

    Raises:
        DataError: the archive or something in it is not as expected.
        StorageError: ``datasets`` cannot be written, or the disk is full.
    """

    def make(folder: Path) -> None:
        unpack(archive, folder / _CONTENT)
        try:
            description = _describe(folder)
        except DataError as error:
            raise DataError(f"{archive}: {error}") from error
        write_json(folder / DESCRIPTION, description)

    return build(datasets, {"archive": archive_sha256, "layout": _LAYOUT_VERSION}, make)


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


def _describe(folder: Path) -> dict[str, Any]:
    root = _find_root(folder / _CONTENT)
    class_names = _read_labels(root / LABELS)
    # Both splits are looked at before any record: a missing shard is told at once.
    shards = {split: _find_shards(root, split) for split in SPLITS}
    return {
        "class_names": class_names,
        "chunk": RECORDS_PER_CHUNK,
        "splits": {
            split: _scan_split(folder, split, paths, len(class_names))
            for split, paths in shards.items()
        },
    }


def _find_root(content: Path) -> Path:
    children = sorted(content.iterdir())
    candidates = [content, *(child for child in children if child.is_dir())]
    roots = [folder for folder in candidates if (folder / LABELS).is_file()]
    if not roots:
        names = ", ".join(child.name for child in children[:5])
        raise DataError(
            f"no {LABELS}, expected at the archive's root or in one folder; it holds {names}"
        )
    if len(roots) > 1:
        raise DataError(f"{len(roots)} {LABELS}, expected one data set in the archive")
    return roots[0]


def _read_labels(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{LABELS} is not UTF-8 text: {error}") from error
    names: list[str] = []
    for number, line in enumerate(line.strip() for line in lines if line.strip()):
        label, _, name = (part.strip() for part in line.partition(":"))
        if label != str(number) or not name:
            raise DataError(f"{LABELS}: line {line!r}, expected '{number}:<class name>'")
        if name in names:
            raise DataError(f"{LABELS}: class {name!r} has two labels, expected one")
        names.append(name)
    if not names:
        raise DataError(f"{LABELS} is empty, expected lines '0:<class name>'")
    return names


def _find_shards(root: Path, split: str) -> list[Path]:
    matches = [match for path in root.iterdir() if (match := _SHARD.fullmatch(path.name))]
    found = {
        (match["name"], int(match["count"]), int(match["number"])): root / match.string
        for match in matches
        if match["split"] == split
    }
    sets = sorted({(name, count) for name, count, _ in found})
    if not sets:
        expected = shard_name("<name>", split, 0, 1)
        raise DataError(f"no shard of split {split!r}, expected files such as {expected}")
    if len(sets) > 1:
        names = ", ".join(f"{name}_{split}_*-of-{count:05d}" for name, count in sets)
        raise DataError(f"split {split!r} mixes shards of {names}; expected those of one set")
    name, count = sets[0]
    _check_numbers(name, split, count, {number for _, _, number in found})
    return [path for _, path in sorted(found.items())]


def _check_numbers(name: str, split: str, count: int, numbers: set[int]) -> None:
    for problem, wrong in (
        ("has no", set(range(count)) - numbers),
        ("has one too many:", numbers - set(range(count))),
    ):
        if wrong:
            names = [shard_name(name, split, number, count) for number in sorted(wrong)]
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            raise DataError(
                f"split {split!r} {problem} {', '.join(names[:5])}{more}; expected {count} shards "
                f"numbered 0 to {count - 1}"
            )


def _scan_split(folder: Path, split: str, paths: Sequence[Path], classes: int) -> dict[str, Any]:
    records = _RecordCheck(split, classes)
    shards = []
    for path in paths:
        found = scan(path, RECORDS_PER_CHUNK, partial(records.check, path.name))
        shards.append(
            {
                "file": str(path.relative_to(folder)),
                "records": found.records,
                "bytes": found.bytes,
                "chunk_offsets": found.chunk_offsets,
            }
        )
    records.log()
    if not records.total:
        raise DataError(f"split {split!r} has no records, expected at least one")
    return {"records": records.total, "class_counts": records.class_counts, "shards": shards}


class _RecordCheck:
    """Checks a split's records, counts them and says every few seconds how far it is."""

    def __init__(self, split: str, classes: int) -> None:
        # The generated message class, not TensorFlow: but its package takes seconds to import.
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

        import_tensorflow()
        from tensorflow.core.example import example_pb2

        self._parse = example_pb2.Example.FromString
        self._parse_error = DecodeError
        self._split = split
        self._logged = time.monotonic()
        self.class_counts = [0] * classes

    @property
    def total(self) -> int:
        return sum(self.class_counts)

    def check(self, shard: str, number: int, payload: bytes) -> None:
        """Check one record and count its class."""
        try:
            features = self._parse(payload).features.feature
            self.class_counts[_label(features, len(self.class_counts))] += 1
        except self._parse_error as error:
            raise DataError(
                f"{shard}: record {number} is not a tf.train.Example: {error}"
            ) from error
        except DataError as error:
            raise DataError(f"{shard}: record {number}: {error}") from None
        if time.monotonic() - self._logged >= _PROGRESS_SECONDS:
            self.log()

    def log(self) -> None:
        """Say how many records were checked."""
        logger.info("%s: checked %s records", self._split, f"{self.total:,}")
        self._logged = time.monotonic()


def _label(features: Mapping[str, Any], classes: int) -> int:
    """Return a record's label once its picture and its label are known to be there."""
    for key in (IMAGE_ENCODED, LABEL):
        if key not in features:
            raise DataError(f"has no feature {key!r}; it has {', '.join(sorted(features))}")
    images = features[IMAGE_ENCODED].bytes_list.value
    if len(images) != 1 or not images[0]:
        sizes = ", ".join(str(len(image)) for image in images[:5])
        raise DataError(f"{IMAGE_ENCODED!r} holds strings of [{sizes}] bytes, expected one picture")
    labels = features[LABEL].int64_list.value
    if len(labels) != 1:
        raise DataError(f"{LABEL!r} holds {len(labels)} integers, expected 1")
    if not 0 <= labels[0] < classes:
        raise DataError(f"{LABEL!r} is {labels[0]}, expected 0 to {classes - 1} as in {LABELS}")
    return int(labels[0])
