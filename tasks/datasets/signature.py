"""Kinds of files, told by their first bytes: a file's name decides nothing."""

import struct

import google_crc32c

#: Bytes of a file's beginning that ``kind_of`` needs.
HEAD_BYTES = 512

#: Kinds of pictures that are read.
PICTURES = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF")

#: Kinds of archives and compressed files that ``tasks.storage.archive`` unpacks.
ARCHIVES = ("tar", "zip", "gzip", "bzip2", "xz", "Zstandard")

_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"8BPS", "Photoshop"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"PAR1", "Parquet"),
    (b"version https://git-lfs.github.com/spec/", "Git LFS pointer"),
)
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_RECORD_START = struct.Struct("<8sI")
_MASK_DELTA = 0xA282EAD8


def kind_of(head: bytes) -> str:
    """Return what a file is: one of the kinds above, another one that has a name, or nothing.

    Args:
        head: the first ``HEAD_BYTES`` of it, or all that there are.

    >>> kind_of(b"<!DOCTYPE html><title>Sign in</title>")
    'HTML page'
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if head[257:262] == b"ustar":
        return "tar"
    if is_record_start(head):
        return "TFRecord"
    return _container(head) or _markup(head)


def is_record_start(head: bytes) -> bool:
    """Whether a TFRecord file may begin so: a length and the checksum of it."""
    if len(head) < _RECORD_START.size:
        return False
    length, stored = _RECORD_START.unpack_from(head)
    return masked_crc(length) == int(stored)


def masked_crc(content: bytes) -> int:
    """Return the CRC-32C of ``content`` as TFRecord files store it.

    The mask is that of TensorFlow's ``tensorflow/core/lib/hash/crc32c.h``.
    """
    crc: int = google_crc32c.value(content)
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def _container(head: bytes) -> str:
    """Return the kind of a file in the ISO base media format, ISO/IEC 14496-12."""
    if head[4:8] != b"ftyp":
        return ""
    brand = head[8:12]
    if brand in _HEIF_BRANDS:
        return "HEIF picture"
    return "AVIF picture" if brand in _AVIF_BRANDS else "video"


def _markup(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        return "HTML page"
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        return "SVG picture"
    return ""
