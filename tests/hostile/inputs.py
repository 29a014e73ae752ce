"""Whole inputs of every kind, and strategies that make hostile ones of them."""

import bz2
import functools
import gzip
import io
import lzma
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from tasks.datasets.example import encode_example
from tasks.datasets.signature import masked_crc

_NAMES = st.one_of(
    st.sampled_from(
        [
            *("a", "a/b", "../a", "/etc/a", "a/../../b", ".", "./a", "a" * 300, "a/" * 200 + "b"),
            *(
                "labels.txt",
                "._a",
                "__MACOSX/a",
                "\x1b[2J\x1b[Hsucceeded",
                "a\nb",
                "\udcff",
                "a\\b",
            ),
        ]
    ),
    st.text(st.characters(blacklist_categories=()), max_size=20),
)
_SIZES = st.sampled_from([0, 1, 511, 512, 513, 2**20, 2**31, 2**33 - 1])
_BLOCK = 512


def picture(kind: str = "JPEG", side: int = 16, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (side, side), (200, 40, 10)).save(stream, kind, **options)
    return stream.getvalue()


def record(payload: bytes) -> bytes:
    """Return a payload as a TFRecord file holds it."""
    length = struct.pack("<Q", len(payload))
    crcs = [struct.pack("<I", masked_crc(part)) for part in (length, payload)]
    return length + crcs[0] + payload + crcs[1]


def example(**more: bytes | int) -> bytes:
    features: dict[str, bytes | int] = {"image/encoded": picture(), "image/class/label": 1}
    return encode_example({**features, **more})


@st.composite
def damaged(draw: st.DrawFn, whole: Sequence[bytes]) -> bytes:
    """One of some inputs with bytes changed, a part cut out or doubled, and the end cut off."""
    data = bytearray(draw(st.sampled_from(whole)))
    for place, value in draw(
        st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=8)), max_size=6)
    ):
        at = int(place * len(data))
        data[at : at + len(value)] = value
    start, end = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
    part = data[int(start * len(data)) : int(end * len(data))]
    return bytes(
        draw(st.sampled_from([data, data, data[: int(end * len(data))], data + part, part]))
    )


def _tar_header(name: str, kind: bytes, size: int, target: str) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, target
    try:
        return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    except (ValueError, UnicodeEncodeError):
        return bytes(_BLOCK)


@st.composite
def tars(draw: st.DrawFn) -> bytes:
    """A tar of any members, whose sizes need not be those of their contents."""
    members = draw(
        st.lists(
            st.tuples(
                _NAMES,
                st.sampled_from([bytes([kind]) for kind in b"0000000501234567LKSxgAV\0"]),
                st.one_of(st.none(), st.none(), st.none(), _SIZES),
                st.one_of(
                    st.binary(max_size=600), st.just(b"30 path=\x1b[2Jsucceeded\n" + bytes(99))
                ),
                _NAMES,
            ),
            min_size=1,
            max_size=5,
        )
    )
    blocks = []
    for name, kind, size, content, target in members:
        blocks.append(_tar_header(name, kind, len(content) if size is None else size, target))
        blocks.append(content + bytes(-len(content) % _BLOCK))
    plain = b"".join(blocks) + bytes(draw(st.sampled_from([2, 20, 0])) * _BLOCK)
    pack = draw(st.sampled_from(_PACKERS))
    packed = pack(plain)
    return draw(st.one_of(st.just(packed), st.just(packed), damaged([packed])))


def _as_it_is(data: bytes) -> bytes:
    return data


_PACKERS: list[Callable[[bytes], bytes]] = [
    _as_it_is,
    _as_it_is,
    lambda data: gzip.compress(data, 1),
    lambda data: bz2.compress(data, 1),
    lambda data: lzma.compress(data, preset=0),
]


def zip_of(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return stream.getvalue()


@st.composite
def zips(draw: st.DrawFn) -> bytes:
    """A zip of any names and methods, mostly damaged."""
    names = draw(st.lists(_NAMES.filter(_is_text), max_size=4, unique=True))
    method = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA]))
    files = {name: draw(st.binary(max_size=200)) for name in names}
    whole = zip_of(files, method)
    return draw(st.one_of(st.just(whole), damaged([whole])))


def _is_text(name: str) -> bool:
    # zipfile itself refuses to write the others; damage makes them.
    return name.isprintable() and bool(name)


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """A TFRecord file: lengths and checksums that fit and that do not, of examples and of noise."""
    payloads = draw(
        st.lists(
            st.one_of(
                st.just(example()),
                st.binary(max_size=100),
                damaged([example(), example(**{"image/filename": b"\x1b[2J"})]),
                st.builds(lambda key: example(**{key: 1}), st.text(max_size=30)),
            ),
            max_size=4,
        )
    )
    content = b"".join(map(record, payloads))
    claimed = struct.pack("<Q", draw(st.sampled_from([2**28, 2**32, 2**63, 2**64 - 1])))
    lying = claimed + struct.pack("<I", masked_crc(claimed)) + b"x"
    whole = draw(st.sampled_from([content, content + lying, gzip.compress(content, 1)]))
    return draw(st.one_of(st.just(whole), damaged([whole or b"x"])))


_LABEL_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["0:daisy", "1:roses", "1 tulips", "0\tdaisy", "daisy", "9" * 5000, "0:", ":", "2;x"]
        ),
        st.text(max_size=30),
    ),
    max_size=6,
)
_LIST_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("path,label", "path;label;split", "a.jpg,daisy", '"a.jpg', "../a.jpg,x", "a,b,c"),
                *(
                    '{"path": "a.jpg", "label": "x"}',
                    '{"path": 1}',
                    "[" * 5000,
                    "1e999",
                    '"\\ud800"',
                ),
            ]
        ),
        st.text(max_size=40),
    ),
    max_size=6,
)


def _text(lines: st.SearchStrategy[list[str]]) -> st.SearchStrategy[bytes]:
    joined = st.tuples(lines, st.sampled_from(["\n", "\r\n", "\r", "\x00"]))
    return joined.map(lambda both: both[1].join(both[0]).encode("utf-8", "surrogatepass"))


_PICTURES = [
    picture(),
    picture(progressive=True),
    *(picture(kind) for kind in ("PNG", "WEBP", "GIF", "BMP", "TIFF")),
]


@st.composite
def pictures(draw: st.DrawFn) -> bytes:
    """A picture that is damaged, or a JPEG whose header claims any size."""
    data = draw(damaged(_PICTURES))
    if draw(st.booleans()):
        return data
    jpeg = _PICTURES[0]
    frame = jpeg.index(b"\xff\xc0")
    size = struct.pack(">HH", *draw(st.tuples(*[st.integers(0, 2**16 - 1)] * 2)))
    return jpeg[: frame + 5] + size + jpeg[frame + 9 :]


_BODY = b"flowers" * 20
_HEADERS = st.lists(
    st.sampled_from(
        [
            *(b"Content-Length: 140", b"Content-Length: 9999999999999", b"Content-Length: -1"),
            *(b"Content-Length: x", b"Transfer-Encoding: chunked", b'ETag: "v1"', b"ETag: \x1b[2J"),
            *(b"Content-Range: bytes 7-139/140", b"Content-Encoding: gzip", b"Location: /a.tar"),
            *(b"Location: file:///etc/passwd", b"Location: http://[", b"X: " + b"y" * 70_000),
            *(b"Last-Modified: never", b"Set-Cookie: " + b"\x1b" * 40, b": ", b"\xff\xfe: \x00"),
            b"Content-Type: text/html",
        ]
    ),
    max_size=5,
)
_STARTS = st.sampled_from(
    [
        *(
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 206 Partial",
            b"HTTP/1.1 304 Not",
            b"HTTP/1.1 404 \x1b[2J",
        ),
        *(
            b"HTTP/1.1 302 Found",
            b"HTTP/1.1 503 Busy",
            b"HTTP/1.0 200",
            b"HTTP/9.9 x",
            b"",
            b"\xff",
        ),
        *(b"HTTP/1.1 200 " + b"z" * 70_000, b"HTTP/1.1 416 Range", b"HTTP/1.1 100 Continue"),
    ]
)
_BODIES = st.sampled_from(
    [
        *(_BODY, _BODY[:50], b"", b"8c\r\n" + _BODY + b"\r\n0\r\n\r\n", b"ffffffffffff\r\nx"),
        *(b"-1\r\n", b"<!DOCTYPE html><title>Sign in</title>", b"\x1f\x8b" + bytes(50)),
    ]
)
ANSWERS = st.builds(
    lambda start, headers, body: b"\r\n".join([start, *headers, b"", b""]) + body,
    *(_STARTS, _HEADERS, _BODIES),
)


@functools.cache
def parquet() -> bytes:
    """Return a whole Parquet file of two pictures."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    columns = {"image": [picture(), picture("PNG")], "label": ["daisy", "roses"]}
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, compression="snappy")
    return stream.getvalue()


@st.composite
def parquets(draw: st.DrawFn) -> bytes:
    """A Parquet file that is whole or damaged."""
    return draw(st.one_of(st.just(parquet()), damaged([parquet()]), damaged([parquet()])))


@functools.cache
def checkpoint() -> bytes:
    """Return a whole checkpoint of the small network, as one file."""
    from support.tiny_network import draw_tiny_weights
    from tasks.networks.tensorflow import import_tensorflow

    weights = draw_tiny_weights()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "tiny.ckpt")
        import_tensorflow().raw_ops.Save(
            filename=str(file), tensor_names=list(weights), data=list(weights.values())
        )
        return file.read_bytes()


@st.composite
def checkpoints(draw: st.DrawFn) -> bytes:
    """A checkpoint that is whole or damaged."""
    whole = checkpoint()
    return draw(st.one_of(st.just(whole), damaged([whole]), damaged([whole]), damaged([whole])))


_TAR = _tar_header("a/b", b"0", 3, "") + b"abc" + bytes(509) + bytes(1024)
#: One input of every kind that nothing is wrong with; that of a checkpoint takes TensorFlow.
WHOLE: dict[str, Callable[[], bytes]] = {
    "tar": lambda: gzip.compress(_TAR),
    "zip": lambda: zip_of({"a/b": b"abc"}),
    "tfrecord": lambda: record(example()),
    "labels": lambda: b"0:daisy\n1:roses\n",
    "picture": lambda: picture("PNG"),
    "list": lambda: b"path,label\na.jpg,daisy\n",
    "http": lambda: b"HTTP/1.1 200 OK\r\nContent-Length: 140\r\n\r\n" + _BODY,
    "parquet": parquet,
    "checkpoint": checkpoint,
}
STRATEGIES: dict[str, st.SearchStrategy[bytes]] = {
    "tar": tars(),
    "zip": zips(),
    "tfrecord": records(),
    "labels": st.one_of(_text(_LABEL_LINES), st.binary(max_size=60)),
    "picture": pictures(),
    "list": st.one_of(_text(_LIST_LINES), st.binary(max_size=60)),
    "http": st.one_of(ANSWERS, damaged([WHOLE["http"]()])),
    "parquet": parquets(),
    "checkpoint": checkpoints(),
}
