"""Archives with the same bytes for the same content: without times, owners or compression."""

import io
import struct
import tarfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from tasks.storage.local_files import storage_errors

_GZIP_HEADER = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\xff"  # no flags, no time, no name
_LARGEST_BLOCK = 0xFFFF


def write_archive(path: Path, files: Iterable[Path]) -> None:
    """Write a tar.gz with all ``files`` at its root.

    Raises:
        StorageError: ``path`` cannot be written, or the disk is full.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file in files:
            content = file.read_bytes()
            member = tarfile.TarInfo(file.name)  # its defaults: no owner, no time, mode 644
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    with storage_errors(path):
        path.write_bytes(stored_gzip(packed.getvalue()))


def stored_gzip(content: bytes) -> bytes:
    """Return ``content`` as gzip (RFC 1952) in stored blocks, uncompressed.

    JPEGs and random weights do not compress, and a compressor's output depends on Python's version
    of zlib.
    """
    blocks = [_GZIP_HEADER]
    for start in range(0, len(content), _LARGEST_BLOCK):
        block = content[start : start + _LARGEST_BLOCK]
        is_last = start + _LARGEST_BLOCK >= len(content)
        blocks += [struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF), block]
    blocks.append(struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF))
    return b"".join(blocks)
