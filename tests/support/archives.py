"""Archives: packed, written from bytes, and cut from larger ones."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tasks.datasets.tfrecord import read_records, write_records

#: Records that a cut keeps of every shard, by split.
CUT = {"train": 32, "validation": 8}


def pack(archive: Path, files: Sequence[Path]) -> Path:
    """Write files, without their folders, into a plain tar and return it."""
    with tarfile.open(archive, "w") as tar:
        for path in files:
            tar.add(path, path.name)
    return archive


def write_archive(archive: Path, contents: Mapping[str, bytes]) -> Path:
    """Write a compressed archive of files given by name, and return it."""
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive


def cut_archive(archive: Path, folder: Path) -> Path:
    """Write an archive of the first records of every shard, ``CUT`` many, and return it.

    Args:
        archive: of a data set in the official layout, its files at the archive's root.
        folder: where to.
    """
    contents = {}
    with tarfile.open(archive) as whole:
        whole.extractall(folder, filter="data")
        names = whole.getnames()
    for name in names:
        path = folder / name
        if path.suffix == ".tfrecord":
            wanted = next(count for split, count in CUT.items() if split in name)
            records = list(read_records(path, 0, wanted))
            write_records(path, records)
        contents[name] = path.read_bytes()
    return write_archive(folder / "flowers.tar.gz", contents)
