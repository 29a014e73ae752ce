"""The layout of TF-Slim's flowers data set: unpacked, checked record by record, described.

The archive holds ``labels.txt`` (``0:daisy``, ``1:dandelion``, ...) and, for each split, shards
``<name>_<split>_00000-of-00005.tfrecord`` of ``tf.train.Example`` records, at its root or in one
folder.
"""

import logging
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tasks.datasets.dataset import DESCRIPTION, LABELS, RECORDS_PER_CHUNK, SPLITS, shard_name
from tasks.datasets.record_check import RecordCheck
from tasks.datasets.tfrecord import scan
from tasks.errors import DataError
from tasks.storage.archive import unpack
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import write_json
from tasks.storage.proof import require_content

logger = logging.getLogger(__name__)


# Part of every recipe: raise it when the description or the chunks change.
_LAYOUT_VERSION = 1
# The archive's own names must not meet those of the description and the artefact's manifest.
_CONTENT = "content"
_SHARD = re.compile(
    rf"(?P<name>.+)_(?P<split>{'|'.join(SPLITS)})_(?P<number>[0-9]{{5}})"
    r"-of-(?P<count>[0-9]{5})\.tfrecord"
)


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
        require_content(archive, archive_sha256)
        unpack(archive, folder / _CONTENT)
        try:
            description = _describe(folder)
        except DataError as error:
            raise DataError(f"{archive}: {error}") from error
        write_json(folder / DESCRIPTION, description)

    return build(datasets, {"archive": archive_sha256, "layout": _LAYOUT_VERSION}, make)


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
    records = RecordCheck(split, classes)
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
