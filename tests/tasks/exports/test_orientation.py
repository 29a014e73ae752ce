import io

import pytest
from PIL import Image

from tasks.exports.graph_bytes import GraphBytes
from tasks.exports.orientation import orientation
from tasks.networks.tensorflow import import_tensorflow


def entry(order: str, tag: int, kind: int, count: int, value: int) -> bytes:
    size = 2 if kind == 3 else 4
    name = "little" if order == "II" else "big"
    numbers = ((tag, 2), (kind, 2), (count, 4), (value, size))
    return b"".join(number.to_bytes(width, name) for number, width in numbers).ljust(12, b"\0")  # type: ignore[arg-type] # one of the two names


def tiff(order: str, *entries: bytes) -> bytes:
    name = "little" if order == "II" else "big"
    start = b"II*\0" if order == "II" else b"MM\0*"
    numbers = (8).to_bytes(4, name), len(entries).to_bytes(2, name)  # type: ignore[arg-type] # one of the two names
    return start + b"".join(numbers) + b"".join(entries) + bytes(4)


def found(exif: bytes, xmp: bytes = b"") -> int:
    tf = import_tensorflow()
    file = GraphBytes(tf.constant(b"before" + exif + xmp))
    place = tf.constant(6 if exif else 0, tf.int64)
    packet = tf.constant(6 + len(exif), tf.int64)
    length = tf.constant(len(xmp), tf.int64)
    return int(orientation(file, tiff=place, xmp=packet, xmp_length=length).numpy())


def by_pillow(exif: bytes) -> int:
    jpeg = io.BytesIO()
    Image.new("L", (8, 8)).save(jpeg, "JPEG", exif=b"Exif\0\0" + exif)
    turned = Image.open(jpeg).getexif().get(0x0112, 1)
    return turned if isinstance(turned, int) and 1 <= turned <= 8 else 1


@pytest.mark.filterwarnings("ignore:Metadata Warning")
@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize(
    ("kind", "count", "value"),
    [(3, 1, 6), (3, 1, 8), (4, 1, 3), (3, 1, 0), (3, 1, 9), (3, 2, 6), (2, 1, 54), (3, 1, 1)],
)
def test_the_tag_is_read_as_pillow_reads_it(order: str, kind: int, count: int, value: int) -> None:
    other = entry(order, 0x010F, 4, 1, 6)
    exif = tiff(order, other, entry(order, 0x0112, kind, count, value))
    assert found(exif) == by_pillow(exif)


def test_without_exif_xmp_decides() -> None:
    assert found(b"") == 1
    assert found(b"", b'<a tiff:Orientation="5"/><b tiff:Orientation="6"/>') == 5
    assert found(b"", b"<tiff:Orientation>7</tiff:Orientation>") == 7
    assert found(b"", b'<a tiff:Orientation="0"/>') == 1
    assert found(b"", b"no orientation") == 1
    assert found(tiff("II", entry("II", 0x0112, 3, 1, 6)), b'tiff:Orientation="8"') == 6


@pytest.mark.parametrize("exif", [b"II*\0", b"II*\0\xff\xff\xff\xff", b"XX*\0" + bytes(40)])
def test_damaged_exif_turns_nothing(exif: bytes) -> None:
    assert found(exif) == 1
