"""Pictures whose header claims more pixels than can be decoded: told by name in any heap."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from support import python_programs
from support.spark import spark_environ
from tasks.datasets.picture_bound import MOST_PIXELS
from tasks.datasets.tfrecord import read_records, write_records
from tasks.dumps.description import Dump
from tasks.errors import DataError
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.tensorflow_engine import extract_chunk
from tasks.storage.paths import Home

#: Spark's least heap is a little smaller.
HEAP_MIB = 512

Encode = Callable[[bytes, int], bytes]


def jpeg(mode: str = "RGB", sides: tuple[int, int] = (16, 16), **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, sides).save(stream, "JPEG", **options)
    return stream.getvalue()


def claiming(encoded: bytes, width: int, height: int) -> bytes:
    """Change the size in a JPEG's frame header."""
    frame = next(encoded.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in encoded)
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return encoded[: frame + 5] + size + encoded[frame + 9 :]


def half_high(encoded: bytes) -> bytes:
    """Give the colours of a JPEG half the height of its brightness."""
    frame = encoded.index(b"\xff\xc0")
    return encoded[: frame + 11] + b"\x12" + encoded[frame + 12 :]


BOMBS = {
    "plain": jpeg(),
    "progressive": jpeg(progressive=True),
    "four components": jpeg("CMYK"),
    "four components, progressive": jpeg("CMYK", progressive=True),
    "grey": jpeg("L"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_both_engines_refuse_more_pixels_than_the_bound(
    kind: str, bridge: Bridge, dump: Dump, shard_of: Callable[..., Chunk], tmp_path: Path
) -> None:
    chunk = shard_of([jpeg(), claiming(BOMBS[kind], 23000, 22000)])
    with pytest.raises(DataError) as theirs:
        list(extract_chunk(chunk, read_records(Path(chunk.shard)), dump))
    with pytest.raises(DataError) as ours:
        BigdlEngine(bridge).extract([chunk], dump, tmp_path)
    assert str(ours.value) == str(theirs.value)
    assert str(ours.value) == (
        "odd_train_00000-of-00001.tfrecord, record 1: image/encoded is a JPEG of 23,000 x 22,000 "
        "pixels, more than the 178,956,970 that Graft decodes"
    )


def test_both_engines_have_the_same_bound(bridge: Bridge) -> None:
    assert bridge.scala.Jpeg.MostPixels() == MOST_PIXELS


# Bytes of the heap for each pixel: the raster, of all components.
@pytest.mark.parametrize(
    ("picture", "each"),
    [
        (jpeg("L", (1000, 2000)), 1),
        (jpeg("RGB", (1000, 2000)), 3),
        (jpeg("RGB", (1000, 2000), progressive=True), 3),
        (jpeg("CMYK", (1000, 2000)), 4),
        (half_high(jpeg("RGB", (1000, 2000), subsampling="4:4:4")), 3),
    ],
)
def test_decoding_takes_the_memory_that_is_counted(
    bridge: Bridge, picture: bytes, each: int
) -> None:
    jvm = bridge.jvm
    identity = getattr(jvm.scala.Predef, "$conforms")()
    decoder = bridge.scala.Jpeg()
    thread = jvm.java.lang.management.ManagementFactory.getThreadMXBean()
    allocated = 0
    # The first picture pays for what the reader keeps.
    for _ in range(2):
        before = thread.getCurrentThreadAllocatedBytes()
        decoder.decode(picture, identity)
        allocated = thread.getCurrentThreadAllocatedBytes() - before
    # The bytes themselves, py4j's text of them and ImageIO's buffers are about a tenth.
    assert allocated / 2_000_000 == pytest.approx(each, rel=0.15)


@pytest.fixture
def extract_in_small_heaps(
    encode: Encode, dump: Dump, short_lived_jvms: dict[str, str], tmp_path: Path
) -> Callable[..., list[str]]:
    """Extracts features of pictures one after the other, in one Spark; returns what it said."""

    def extract(pictures: Sequence[bytes], master: str, **conf: str) -> list[str]:
        settings = {f"spark.{name.replace('_', '.')}": value for name, value in conf.items()}
        given = {**short_lived_jvms, "spark.driver.host": "127.0.0.1", **settings}
        shards = [tmp_path / f"{number}.tfrecord" for number in range(len(pictures))]
        for shard, picture in zip(shards, pictures, strict=True):
            write_records(shard, [encode(picture, 0)])
        folder = tmp_path / "features"
        folder.mkdir()
        environ = spark_environ(Home(tmp_path / "home"), master, given)
        ran = python_programs.run(
            *map(str, ("extract_shards", dump.path, folder, *shards)),
            timeout=240,
            **{**environ, "SPARK_LOCAL_IP": "127.0.0.1"},
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.splitlines()

    return extract


def too_large(number: int, needed: int, setting: str) -> str:
    return (
        f"DataError: {number}.tfrecord, record 0: image/encoded is a JPEG of 10,000 x 10,000 "
        f"pixels, which takes {needed} MiB to decode; pictures have half of the heap of {HEAP_MIB} "
        f"MiB: raise {setting} to {2 * needed} MiB or more"
    )


def mebibytes(each: int) -> int:
    return int(np.ceil(10_000 * 10_000 * each / 2**20))


def test_a_small_heap_survives_pictures_that_it_cannot_hold(
    extract_in_small_heaps: Callable[..., list[str]],
) -> None:
    kinds = ("plain", "progressive", "four components")
    told = extract_in_small_heaps(
        [
            *(claiming(BOMBS[kind], 10_000, 10_000) for kind in kinds),
            jpeg(sides=(4000, 4000)),
            jpeg(),
        ],
        "local[2]",
        driver_memory=f"{HEAP_MIB}m",
    )
    assert told == [
        too_large(0, mebibytes(3), "driver_memory"),
        too_large(1, mebibytes(3), "driver_memory"),
        too_large(2, mebibytes(4), "driver_memory"),
        "1",
        "1",
    ]


def test_the_heap_of_an_executor_is_that_of_executor_memory(
    extract_in_small_heaps: Callable[..., list[str]], standalone_master: str
) -> None:
    told = extract_in_small_heaps(
        [claiming(BOMBS["plain"], 10_000, 10_000), jpeg()],
        standalone_master,
        executor_memory=f"{HEAP_MIB}m",
        executor_cores="1",
        executor_instances="2",
        cores_max="2",
    )
    assert told == [too_large(0, mebibytes(3), "executor_memory"), "1"]
