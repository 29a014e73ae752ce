"""Damages artefacts as a bad disk does, and makes them those of an older version."""

import json
from pathlib import Path

from tasks.spark.files import HadoopFiles
from tasks.storage.locations import Location
from tasks.storage.manifest import MANIFEST


def flip_byte(path: Path, at: int | None = None) -> None:
    """Change one byte of a file, by default the one in its middle; its size stays."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 0x55
    path.write_bytes(content)


def forget_digests(artifact: Path) -> None:
    """Make a manifest one of a version that recorded no digests."""
    fields = json.loads((artifact / MANIFEST).read_text())
    del fields["sha256"]
    (artifact / MANIFEST).write_text(json.dumps(fields))


def flip_byte_there(files: HadoopFiles, path: Location) -> None:
    """Change the byte in the middle of a file that only Hadoop reaches; its size stays."""
    content = bytearray(files.read(path))
    content[len(content) // 2] ^= 0x55
    files.write(bytes(content), path)
