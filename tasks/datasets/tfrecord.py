"""Reads and writes the TFRecord format without TensorFlow.

A record is, little-endian: the payload's length (uint64), the masked CRC-32C of those eight bytes
(uint32), the payload, the masked CRC-32C of the payload (uint32). The format is defined by
TensorFlow's ``tensorflow/core/lib/io/record_writer.h`` and its mask by
``tensorflow/core/lib/hash/crc32c.h``.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import google_crc32c

from tasks.errors import DataError
from tasks.storage.local_files import storage_errors

_HEADER = struct.Struct("<QI")
_LENGTH = struct.Struct("<Q")
_FOOTER = struct.Struct("<I")
_MASK_DELTA = 0xA282EAD8


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
        path: the shard.
        start: the byte at which a record starts.
        count: the most records to yield; all up to the end by default.

    Raises:
        DataError: a record is truncated or does not match its CRC.
    """
    with path.open("rb") as stream:
        for _, payload in islice(_records(stream, path, start), count):
            yield payload


def scan(path: Path, chunk: int, check: Callable[[int, bytes], None]) -> ShardScan:
    """Read a whole shard once, check every record and note where chunks of records start.

    Args:
        path: the shard.
        chunk: how many records a chunk has.
        check: called with every record's number, from 0, and payload; raises if it is wrong.

    Raises:
        DataError: a record is truncated or does not match its CRC.
    """
    records = 0
    chunk_offsets = []
    with path.open("rb") as stream:
        for offset, payload in _records(stream, path, 0):
            if records % chunk == 0:
                chunk_offsets.append(offset)
            check(records, payload)
            records += 1
        size = stream.tell()
    return ShardScan(records, size, tuple(chunk_offsets))


def write_records(path: Path, records: Iterable[bytes]) -> None:
    """Write a shard of the given payloads.

    Raises:
        StorageError: ``path`` cannot be written, or the disk is full.
    """
    with storage_errors(path), path.open("wb") as stream:
        for payload in records:
            length = _LENGTH.pack(len(payload))
            stream.write(length + _FOOTER.pack(_masked_crc(length)))
            stream.write(payload)
            stream.write(_FOOTER.pack(_masked_crc(payload)))


def _records(stream: BinaryIO, path: Path, start: int) -> Iterator[tuple[int, bytes]]:
    size = stream.seek(0, 2)
    offset = stream.seek(start)
    number = 0
    origin = f", counted from byte {start}" if start else ""
    while offset < size:
        try:
            payload = _read_record(stream, size - offset)
        except DataError as error:
            raise DataError(
                f"{path.name}: record {number}{origin}, at byte {offset}: {error}"
            ) from None
        yield offset, payload
        offset += _HEADER.size + len(payload) + _FOOTER.size
        number += 1


def _read_record(stream: BinaryIO, left: int) -> bytes:
    if left < _HEADER.size:
        raise DataError(f"truncated: {left} bytes left, expected a header of {_HEADER.size}")
    header = stream.read(_HEADER.size)
    length, length_crc = _HEADER.unpack(header)
    _check_crc("length", header[: _LENGTH.size], length_crc)
    # Before reading: a length that lies would make Python allocate it.
    if left < _HEADER.size + length + _FOOTER.size:
        raise DataError(
            f"truncated: {left} bytes left, expected {_HEADER.size + length + _FOOTER.size}"
        )
    payload = stream.read(length)
    _check_crc("data", payload, _FOOTER.unpack(stream.read(_FOOTER.size))[0])
    return payload


def _check_crc(what: str, content: bytes, stored: int) -> None:
    computed = _masked_crc(content)
    if computed != stored:
        raise DataError(f"bad CRC of its {what}: {stored:#010x}, expected {computed:#010x}")


def _masked_crc(content: bytes) -> int:
    crc: int = google_crc32c.value(content)
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF
