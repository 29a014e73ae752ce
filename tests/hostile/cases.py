"""Hostile inputs one by one: a few bytes that ask for gigabytes, or for much time."""

import functools
import gzip
import lzma
import struct
import tarfile
import zlib
from collections.abc import Mapping

from hostile.inputs import example, picture, record, zip_of
from tasks.datasets.example import encode_example
from tasks.datasets.signature import masked_crc

_BLOCK = 512
_END = bytes(2 * _BLOCK)
_ESCAPES = "\x1b[2J\x1b[Hsucceeded in 3 s\n"


def header(name: str, kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _hard_link(target: str) -> bytes:
    """Return a tar of one hard link."""
    info = tarfile.TarInfo("a")
    info.type, info.linkname = tarfile.LNKTYPE, target
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape") + _END


def _sparse_map_without_end() -> bytes:
    start = bytearray(header("a", b"S", 512))
    start[482] = 1  # more of the map follows
    start[148:156] = b"%06o\0 " % (sum(start[:148]) + 8 * 32 + sum(start[156:]))
    more = bytearray((b"%011o\0" % 1) * 42 + bytes(8))
    more[504] = 1
    return gzip.compress(bytes(start) + bytes(more) * 20_000)


def _xz_with_a_dictionary_of_4_gib() -> bytes:
    data = bytearray(lzma.compress(header("a", b"0", 0) + _END))
    size = (data[12] + 1) * 4
    data[16] = 40
    data[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(data[12 : 12 + size - 4]))
    return bytes(data)


def _claim(length: int) -> bytes:
    claimed = struct.pack("<Q", length)
    return claimed + struct.pack("<I", masked_crc(claimed)) + b"x" * 64


def _claiming_jpeg(width: int, height: int) -> bytes:
    jpeg = picture()
    frame = jpeg.index(b"\xff\xc0")
    return jpeg[: frame + 5] + struct.pack(">HH", height, width) + jpeg[frame + 9 :]


def _zip_that_claims(members: int) -> bytes:
    data = bytearray(zip_of({"a": b"a"}))
    data[-14:-10] = struct.pack("<HH", members & 0xFFFF, members & 0xFFFF)
    large = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, members, members, 2**40, 0)
    return bytes(data[:-22]) + large + bytes(data[-22:])


def _tars() -> dict[str, tuple[bytes, str]]:
    name = b"a" * 1_000_000 + bytes(-1_000_000 % _BLOCK)
    return {
        "a long name of 2 GiB": (
            header("a", b"L", 2**31),
            "has a header of 2,147,483,648 bytes, expected at most 1,048,576",
        ),
        "pax headers of 8 GiB": (header("a", b"x", 2**33 - 1), "has a header of 8,589,934,591"),
        "3,000 long names for one member": (
            gzip.compress((header("a", b"L", 5) + b"abcde" + bytes(507)) * 3000),
            "for more memory than an archive may take",
        ),
        "long names of 100 MiB together": (
            gzip.compress((header("a", b"L", 1_000_000) + name) * 100, 1),
            "has more than 4,194,304 bytes of headers for one member",
        ),
        "a sparse file whose map has no end": (
            _sparse_map_without_end(),
            "has more than 4,194,304 bytes of headers for one member",
        ),
        "a dictionary of 4 GiB": (
            _xz_with_a_dictionary_of_4_gib(),
            "for more memory than an archive may take",
        ),
        "300 MiB of zeros after its end": (
            gzip.compress(header("a", b"0", 0) + bytes(300 * 2**20), 1),
            "goes on for 68,157,440 bytes and more",
        ),
        "a member of 100 MiB in 100 KiB": (
            gzip.compress(header("a", b"0", 100 * 2**20) + bytes(100 * 2**20) + _END, 1),
            "unpacks to more bytes than expected",
        ),
        "a name that clears the screen": (
            header(f"../{_ESCAPES}", b"0", 0) + _END,
            r"'../\x1b[2J\x1b[Hsucceeded in 3 s\n' leads out of the archive",
        ),
        "a name that is no UTF-8": (
            header("../\udcff\udcfe", b"0", 0) + _END,
            r"'../\udcff\udcfe'",
        ),
        "a hard link to a name that no file can have": (
            _hard_link("a" * 300),
            "expected a file that comes before it",
        ),
        "a device": (header("a", b"3", 0) + _END, "is a device or a pipe"),
    }


def _zip_that_points_before_its_start() -> bytes:
    data = bytearray(zip_of({"a": b""}))
    data[-6:-2] = struct.pack("<I", struct.unpack("<I", data[-6:-2])[0] + 2**16)
    return bytes(data)


def _zips() -> dict[str, tuple[bytes, str]]:
    return {
        "a member before the file's start": (
            _zip_that_points_before_its_start(),
            "is damaged at member 'a'",
        ),
        "an index of a terabyte": (_zip_that_claims(2**32), "has more members than expected"),
        "100 MiB of zeros": (zip_of({"a": bytes(100 * 2**20)}), "unpacks to more bytes"),
    }


def _records() -> dict[str, tuple[bytes, str]]:
    keys = {f"k{number}": 1 for number in range(50_000)}
    return {
        "a record of 4 GiB, gzip": (
            gzip.compress(_claim(2**32)),
            "has 4,294,967,296 bytes, expected at most 268,435,456",
        ),
        "a record of 4 GiB": (_claim(2**32), "truncated: 76 bytes left, expected 4294967312"),
        "50,000 feature keys": (record(encode_example(keys)), "has no feature 'image/encoded'"),
        "a feature key of 4 MiB": (
            record(encode_example({"\x1b" * 2**22: 1})),
            "has no feature 'image/encoded'",
        ),
        "a picture that is none": (record(example(**{"image/encoded": b"\x1b[2J"})), "taken"),
    }


def _texts() -> dict[str, tuple[bytes, str]]:
    many = "".join(f"{number}:class {number}\n" for number in range(100_000))
    return {
        "labels-100,000 labels": (many.encode(), "taken"),
        "labels-16 MiB and a byte": (b"a" * (2**24 + 1), "has 16,777,217 bytes, expected at most"),
        "labels-a class name of 8 MiB": (b"a" * 2**23, "has 8,388,608 characters, expected at mo"),
        "labels-a number of 5,000 digits": (
            b"0:a\n" + b"1" * 5000 + b":b",
            "expected '1:<class name>'",
        ),
        "labels-a name that clears the screen": (_ESCAPES.encode(), "has a control character"),
        "list-a line of a MiB": (b"path,label\n" + b"a" * (2**20 + 1), "has a line of more than"),
        "list-20,000 brackets": (b"[" * 20_000, "is no JSON"),
        "list-a quote without an end": (
            b'path,label\n"' + b"a,b\n" * 2**18,
            "field larger than field limit",
        ),
    }


def _pictures() -> dict[str, tuple[bytes, str]]:
    jpeg = picture()
    return {
        "a JPEG of 23,000 x 23,000": (
            _claiming_jpeg(23_000, 23_000),
            "is 23,000 x 23,000 pixels, more than the 178,956,970 that Graft decodes",
        ),
        "a JPEG of 10,000 x 10,000 in 700 bytes": (
            _claiming_jpeg(10_000, 10_000),
            "bytes cannot hold 10,000 x 10,000 pixels",
        ),
        "a JPEG in two halves": (jpeg[: len(jpeg) // 2], "is a damaged JPEG"),
    }


def _answers() -> dict[str, tuple[bytes, str]]:
    ok = b"HTTP/1.1 200 OK\r\n"
    return {
        "a header of a MiB": (ok + b"X: " + b"y" * 2**20 + b"\r\n\r\n", "attempts made: 1"),
        "10,000 headers": (ok + b"X: y\r\n" * 10_000 + b"\r\n", "attempts made: 1"),
        "an exabyte": (ok + b"Content-Length: %d\r\n\r\n" % 2**60, "1,152,921,504,606,846,976 by"),
        "a chunk of an exabyte": (
            ok + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nx",
            "attempts made: 1",
        ),
        "a reason that clears the screen": (
            b"HTTP/1.1 404 \x1b[2Jsucceeded\r\n\r\n",
            r"answered 404 \x1b[2Jsucceeded, expected 200",
        ),
    }


@functools.cache
def cases() -> Mapping[str, tuple[bytes, str]]:
    """Return the inputs and a part of what is told of each, by kind and name."""
    found = dict(_texts())
    for kind, of_kind in (
        ("tar", _tars()),
        ("zip", _zips()),
        ("tfrecord", _records()),
        ("picture", _pictures()),
        ("http", _answers()),
    ):
        found |= {f"{kind}-{name}": case for name, case in of_kind.items()}
    return found
