"""Reads and writes the TFRecord format without TensorFlow.

A record is, little-endian: the payload's length (uint64), the masked CRC-32C of those eight bytes
(uint32), the payload, the masked CRC-32C of the payload (uint32). The format is defined by
TensorFlow's ``tensorflow/core/lib/io/record_writer.h``. A whole file may be compressed with gzip.
"""

import gzip
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from tasks.datasets.dataset import RECORDS_PER_CHUNK
from tasks.datasets.signature import HEAD_BYTES, is_record_start, masked_crc
from tasks.errors import DataError
from tasks.storage.local_files import storage_errors

#: The most bytes of a record.
MAX_RECORD_BYTES = 256 * 2**20

_HEADER = struct.Struct("<QI")
_LENGTH = struct.Struct("<Q")
_FOOTER = struct.Struct("<I")
_GZIP_START = b"\x1f\x8b"


@dataclass(frozen=True)
class ShardScan:
    """Result of one pass over a shard.

    Attributes:
        records: how many records it holds.
        bytes: the shard's size.
        chunk_offsets: the byte at which every chunk of records starts.
    """

    records: int
    bytes: int
    chunk_offsets: tuple[int, ...]


def read_records(path: Path, start: int = 0, count: int | None = None) -> Iterator[bytes]:
    """Yield the payloads of a shard's records, each checked against its CRCs.

    Args:
        path: the shard, not compressed.
        start: the byte at which a record starts.
        count: the most records to yield; all up to the end by default.

    Raises:
        DataError: a record is truncated, too large or does not match its CRC.
    """
    with path.open("rb") as stream:
        for _, payload in islice(_records(stream, path, start, stream.seek(0, 2)), count):
            yield payload


def located_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield every record of a shard, plain or gzip: the byte where it starts, and its payload.

    Raises:
        DataError: a record is truncated, too large or does not match its CRC, or gzip's data are
            damaged.
    """
    with path.open("rb") as stream:
        if not is_gzip(path):
            yield from _records(stream, path, 0, stream.seek(0, 2))
            return
        try:
            with gzip.open(stream) as plain:
                yield from _records(plain, path, 0, None)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{path.name}: damaged gzip data: {error}") from error


def is_gzip(path: Path) -> bool:
    """Return whether a file is compressed with gzip."""
    with path.open("rb") as stream:
        return stream.read(len(_GZIP_START)) == _GZIP_START


def holds_records(path: Path) -> bool:
    """Return whether a file begins with a record, be it compressed or not."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(_GZIP_START):
        try:
            head = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(head, HEAD_BYTES)
        except zlib.error:
            return False
    return is_record_start(head)


def write_records(
    path: Path, records: Iterable[bytes], chunk: int = RECORDS_PER_CHUNK
) -> ShardScan:
    """Write a shard of the given payloads.

    Args:
        path: the shard.
        records: the payloads.
        chunk: how many records a chunk has.

    Returns:
        What a scan of the shard would find.

    Raises:
        StorageError: ``path`` cannot be written, or the disk is full.
    """
    count = 0
    chunk_offsets = []
    with storage_errors(path), path.open("wb") as stream:
        for payload in records:
            if count % chunk == 0:
                chunk_offsets.append(stream.tell())
            stream.write(framed(payload))
            count += 1
        size = stream.tell()
    return ShardScan(count, size, tuple(chunk_offsets))


def framed(payload: bytes) -> bytes:
    """Return a record as it is in a file: its payload between lengths and checksums."""
    length = _LENGTH.pack(len(payload))
    header = length + _FOOTER.pack(masked_crc(length))
    return header + payload + _FOOTER.pack(masked_crc(payload))


def _records(
    stream: BinaryIO | gzip.GzipFile, path: Path, start: int, size: int | None
) -> Iterator[tuple[int, bytes]]:
    """Yield offsets and payloads; ``size`` is the stream's where that is known before its end."""
    offset = stream.seek(start)
    number = 0
    origin = f", counted from byte {start}" if start else ""
    while size is None or offset < size:
        header = stream.read(_HEADER.size)
        if not header:
            return
        try:
            payload = _read_payload(stream, header, None if size is None else size - offset)
        except DataError as error:
            raise DataError(
                f"{path.name}: record {number}{origin}, at byte {offset}: {error}"
            ) from None
        yield offset, payload
        offset += _HEADER.size + len(payload) + _FOOTER.size
        number += 1


def _read_payload(stream: BinaryIO | gzip.GzipFile, header: bytes, left: int | None) -> bytes:
    if len(header) < _HEADER.size:
        raise DataError(f"truncated: {len(header)} bytes left, expected a header of {_HEADER.size}")
    length, length_crc = _HEADER.unpack(header)
    _check_crc("length", header[: _LENGTH.size], length_crc)
    # Before reading: a length that lies would make Python allocate it.
    if left is not None and left < _HEADER.size + length + _FOOTER.size:
        raise DataError(
            f"truncated: {left} bytes left, expected {_HEADER.size + length + _FOOTER.size}"
        )
    if length > MAX_RECORD_BYTES:
        raise DataError(f"has {length:,} bytes, expected at most {MAX_RECORD_BYTES:,}")
    content = stream.read(length + _FOOTER.size)
    if len(content) < length + _FOOTER.size:
        raise DataError(f"truncated: {len(content)} bytes left, expected {length + _FOOTER.size}")
    payload = content[:length]
    _check_crc("data", payload, _FOOTER.unpack(content[length:])[0])
    return payload


def _check_crc(what: str, content: bytes, stored: int) -> None:
    computed = masked_crc(content)
    if computed != stored:
        raise DataError(f"bad CRC of its {what}: {stored:#010x}, expected {computed:#010x}")
