"""The pipeline as BigDL recovers it, against plain TF-Slim and against TensorFlow's engine."""

import hashlib
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image, ImageCms

from tasks.datasets.dataset import SPLITS
from tasks.datasets.example import picture_example
from tasks.datasets.tfrecord import read_records, write_records
from tasks.dumps.description import Dump, read_dump
from tasks.dumps.spread import relative_difference
from tasks.errors import (
    DataError,
    StorageError,
    UnavailableError,
    UnsupportedGraphError,
    UnsupportedRecordError,
)
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk, plan_chunks
from tasks.features.first_difference import compared_nodes
from tasks.features.store import feature_files, feature_matrix, read_tables
from tasks.features.tensorflow_engine import TensorflowEngine, extract_chunk
from tasks.spark.cluster import Cluster
from tasks.storage.artifact import Artifact
from tasks.storage.local_files import file_sha256
from tasks.storage.paths import Home

ShardOf = Callable[[Sequence[bytes]], Chunk]

#: float32 sums in another order, with or without fused multiply-add: 1e-7 of 1.
ROUNDING = 5e-7


@pytest.fixture(scope="session")
def engine(bridge: Bridge) -> BigdlEngine:
    return BigdlEngine(bridge)


@pytest.fixture
def extract(engine: BigdlEngine, tmp_path: Path) -> Callable[[Sequence[Chunk], Dump], Any]:
    """Extract into an empty folder and read the rows back."""

    def extract(chunks: Sequence[Chunk], dump: Dump) -> Any:
        folder = tmp_path / "features"
        folder.mkdir()
        written = engine.extract(chunks, dump, folder)
        assert [(file.name, file.records) for file in written] == [
            (chunk.file_name, chunk.records) for chunk in chunks
        ]
        assert {file.sha256 for file in written} == {
            file_sha256(path) for path in feature_files(folder)
        }
        return read_tables(*feature_files(folder))

    return extract


def by_hand(dump: Dump, size: int) -> Iterator[Chunk]:
    for shard in dump.shards:
        for first in range(0, shard.records, size):
            yield Chunk(str(shard.path), 0, first, first, min(size, shard.records - first))


@pytest.mark.parametrize("split", SPLITS)
def test_reproduces_plain_tf_slim(
    split: str,
    dumps: dict[str, Artifact],
    extract: Any,
    expected: dict[str, Any],
    labels: dict[str, list[int]],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    dump = read_dump(dumps[split].path)
    table = extract(plan_chunks(dump.shards, dump.records_per_chunk), dump)
    assert table["label"].to_pylist() == labels[split]
    assert_features_agree(feature_matrix(table), expected[split])


@pytest.mark.parametrize("size", [1, 3])
def test_every_row_says_where_it_came_from(
    size: int,
    dump: Dump,
    extract: Any,
    expected: dict[str, Any],
    labels: dict[str, list[int]],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    table = extract(list(by_hand(dump, size)), dump)
    shards = [s.path.name for s in dump.shards for _ in range(s.records)]
    assert table["shard"].to_pylist() == shards
    assert table["record"].to_pylist() == [n for s in dump.shards for n in range(s.records)]
    assert table["label"].to_pylist() == labels["train"]
    assert_features_agree(feature_matrix(table), expected["train"])


def test_starts_at_an_offset_inside_a_shard(
    dump: Dump,
    records: dict[str, list[bytes]],
    extract: Any,
    expected: dict[str, Any],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    offset = sum(len(record) + 16 for record in records["train"][:2])
    table = extract([Chunk(str(dump.shards[0].path), offset, 1, 3, 2)], dump)
    assert table["record"].to_pylist() == [3, 4]
    assert_features_agree(feature_matrix(table), expected["train"][3:5])


def test_rows_have_the_promised_types(dump: Dump, extract: Any) -> None:
    table = extract([Chunk(str(dump.shards[0].path), 0, 0, 0, 2)], dump)
    types = {name: str(table.schema.field(name).type) for name in table.schema.names}
    assert types.pop("feature").startswith("list<element: float")
    texts = {"shard": "string", "name": "string", "digest": "string"}
    assert types == {"label": "int32", "record": "int64", **texts}


def test_leaves_nothing_but_the_files(engine: BigdlEngine, dump: Dump, tmp_path: Path) -> None:
    chunks = list(by_hand(dump, 3))
    before = engine.done()
    for _ in range(2):  # a task that Spark tries again writes the same file
        engine.extract(chunks, dump, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{Path(c.shard).stem}-{c.first:09d}.parquet" for c in chunks
    ]
    assert engine.done() - before == 2 * dump.records


@pytest.fixture(scope="module")
def photographs(fixtures_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """The dump of the fixtures' validation split, with the fixtures' checkpoint."""
    from tasks import steps
    from tasks.params.definitions import RunParams

    home = Home(tmp_path_factory.mktemp("fixtures"))
    urls = {
        "dataset_url": (fixtures_folder / "flowers.tar.gz").as_uri(),
        "checkpoint_url": (fixtures_folder / "inception_v1_2016_08_28.tar.gz").as_uri(),
    }
    params = RunParams(**urls, dump_batch_size=4)
    dataset = steps.extract_dataset(steps.download_dataset(params, home).path, params, home).path
    checkpoint = steps.fetch_checkpoint(params, home).path
    return read_dump(steps.dump("validation", dataset, checkpoint, params, home).path)


def test_every_end_point_agrees_on_photographs(
    engine: BigdlEngine, bridge: Bridge, photographs: Dump
) -> None:
    chunk = Chunk(str(photographs.shards[0].path), 0, 0, 0, 8)
    names = compared_nodes(photographs)
    assert {"Conv2d_1a_7x7", "MaxPool_2a_3x3", "Mixed_3b", "Mixed_5c"} < set(names)
    actual, expected = (
        runner.end_points(chunk, photographs, list(names.values()))
        for runner in (engine, TensorflowEngine(bridge))
    )
    differences = {
        name: float(relative_difference(actual[node], expected[node]).max())
        for name, node in names.items()
    }
    assert all(np.ptp(expected[node]) > 0 for node in names.values())
    # 2e-5 measured, at Mixed_5c: sums of up to 1,728 products in another order.
    assert max(differences.values()) < photographs.tolerance, differences


def jpeg(image: Image.Image, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def picture(noise: np.random.Generator, height: int, width: int, mode: str = "RGB") -> Image.Image:
    """A picture of soft edges and a little noise, as photographs are."""
    small = noise.integers(0, 256, (5, 5, 3), np.uint8)
    soft = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    grain = noise.integers(-12, 13, (height, width, 3))
    pixels = np.clip(np.asarray(soft).astype(int) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


def grain(noise: np.random.Generator, height: int, width: int, mode: str = "RGB") -> Image.Image:
    """Noise around mid-grey, whose blocks may be put in any order without leaving the range."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    pixels = noise.integers(98, 159, (height, width, bands), np.uint8)
    return Image.frombytes(mode, (width, height), pixels.tobytes())


def without(jpeg: bytes, marker: int) -> bytes:
    """Take every segment of one marker out of a JPEG's header."""
    kept, at = jpeg[:2], 2
    while jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        kept += jpeg[at:end] if jpeg[at + 1] != marker else b""
        at = end
    return kept + jpeg[at:]


def adobe(jpeg: bytes, transform: int) -> bytes:
    """Put Adobe's marker into a JPEG, which tells the colour transform."""
    segment = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform])
    return jpeg[:2] + segment + jpeg[2:]


def adobe_before_the_scan(jpeg: bytes, transform: int) -> bytes:
    """Put Adobe's marker behind the frame header, where libjpeg still sees it."""
    scan = jpeg.index(b"\xff\xda")
    return jpeg[:scan] + adobe(bytes(2), transform)[2:] + jpeg[scan:]


def resampled(
    jpeg: bytes, *sampling: int, height: int | None = None, width: int | None = None
) -> bytes:
    """Change the components' sampling factors or the size; the data then mean another picture."""
    changed = bytearray(jpeg)
    frame = next(jpeg.index(bytes([0xFF, m])) for m in (0xC0, 0xC2) if bytes([0xFF, m]) in jpeg)
    for component, factors in enumerate(sampling):
        changed[frame + 11 + 3 * component] = factors
    if height is not None:
        changed[frame + 5 : frame + 7] = height.to_bytes(2, "big")
    if width is not None:
        changed[frame + 7 : frame + 9] = width.to_bytes(2, "big")
    return bytes(changed)


def odd_jpegs(noise: np.random.Generator) -> dict[str, bytes]:
    """Every kind of JPEG that a data set may hold."""
    found = {}
    for height, width in ((1, 1), (17, 501), (501, 17), (2000, 3000), (33, 65), (224, 224)):
        for progressive in (False, True):
            for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
                found[f"{height}x{width} {subsampling} {progressive=}"] = jpeg(
                    picture(noise, height, width), subsampling=subsampling, progressive=progressive
                )
        if height < 1000:
            for mode in ("L", "CMYK"):
                for progressive in (False, True):
                    image = picture(noise, height, width, mode)
                    found[f"{height}x{width} {mode} {progressive=}"] = jpeg(
                        image, progressive=progressive, quality=40
                    )
    plain = jpeg(picture(noise, 40, 40), subsampling="4:4:4")
    bare, cmyk = without(plain, 0xE0), jpeg(picture(noise, 40, 40, "CMYK"))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    found |= {
        "4:1:1": jpeg(picture(noise, 61, 47), subsampling="4:1:1"),
        "4:4:0": resampled(jpeg(picture(noise, 64, 64), subsampling="4:2:2"), 0x12),
        # All components of these are coded with the same tables, and there are as many blocks of
        # 8 x 8 pixels after the change as before.
        "4:4:0, doubled": resampled(
            jpeg(grain(noise, 64, 64), keep_rgb=True), 0x22, 0x21, 0x21, height=96
        ),
        "one of three of half height": resampled(
            jpeg(grain(noise, 80, 64), keep_rgb=True), 0x12, 0x11, 0x12, height=96
        ),
        "YCCK of half height": resampled(
            adobe(without(jpeg(grain(noise, 48, 40, "CMYK")), 0xEE), 2),
            *(0x12, 0x11, 0x11, 0x12),
            height=64,
        ),
        "restarts": jpeg(picture(noise, 70, 90), restart_marker_blocks=3),
        "another profile": jpeg(picture(noise, 50, 60), icc_profile=profile),
        "no marker": bare,
        "Adobe's RGB": adobe(bare, 0),
        "Adobe's YCbCr": adobe(bare, 1),
        "JFIF and Adobe's RGB": adobe(plain, 0),
        "Adobe's RGB, said late": adobe_before_the_scan(bare, 0),
        "CMYK, no marker": without(cmyk, 0xEE),
        "YCCK": adobe(without(cmyk, 0xEE), 2),
        "something after the end": plain + bytes(100),
    }
    return found


def test_odd_jpegs_become_the_very_images(
    engine: BigdlEngine,
    bridge: Bridge,
    dump: Dump,
    shard_of: ShardOf,
    noise: np.random.Generator,
) -> None:
    pictures = odd_jpegs(noise)
    chunk = shard_of(list(pictures.values()))
    image = dump.nodes.image_batch
    actual, expected = (
        runner.end_points(chunk, dump, [image])[image]
        for runner in (engine, TensorflowEngine(bridge))
    )
    for name, ours, theirs in zip(pictures, actual, expected, strict=True):
        # A picture whose bytes differ by 1 anywhere differs by 2 / 255.
        assert np.abs(ours - theirs).max() < ROUNDING, name


def refused(noise: np.random.Generator) -> dict[str, bytes]:
    whole = jpeg(picture(noise, 60, 80))
    progressive = jpeg(picture(noise, 60, 80), progressive=True)
    png = io.BytesIO()
    picture(noise, 9, 9).save(png, "PNG")
    return {
        "text": b"not a picture",
        "empty": b"",
        "PNG": png.getvalue(),
        "header only": b"\xff\xd8\xff\xe0 broken off",
        "cut in its header": whole[:300],
        "cut in half": whole[: len(whole) // 2],
        "cut near its end": whole[:-20],
        "progressive, cut": progressive[: len(progressive) // 2],
        "no such colours": resampled(whole, 0x00),
        "65,000 x 65,000 pixels": resampled(whole, height=65000, width=65000),
    }


@pytest.mark.parametrize("kind", list(refused(np.random.default_rng(0))))
def test_both_engines_refuse_a_picture_with_the_same_words(
    kind: str,
    extract: Any,
    dump: Dump,
    shard_of: ShardOf,
    pictures: dict[str, list[tuple[bytes, int]]],
    noise: np.random.Generator,
) -> None:
    good = pictures["train"][0][0]
    chunk = shard_of([good, good, refused(noise)[kind], good])
    records = read_records(Path(chunk.shard))
    with pytest.raises(DataError) as theirs:
        list(extract_chunk(chunk, records, dump))
    with pytest.raises(DataError) as ours:
        extract([chunk], dump)
    assert str(ours.value) == str(theirs.value)
    assert str(ours.value).startswith("odd_train_00000-of-00001.tfrecord, record 2: image/encoded ")


def test_both_engines_tell_and_store_the_name_of_a_record(
    extract: Any,
    dump: Dump,
    shard_of: ShardOf,
    pictures: dict[str, list[tuple[bytes, int]]],
) -> None:
    good, _ = pictures["train"][0]
    names = ["Gänseblümchen/1.jpg", "a\n<b>\x1b[2J/2.jpg", ""]
    chunk = shard_of([good, good, good])
    records = [
        picture_example(good, width=9, height=9, label=0, text=b"a", name=name.encode())
        for name in names
    ]
    write_records(Path(chunk.shard), records)
    batches = extract_chunk(chunk, records, dump)
    table = pa.Table.from_batches(list(batches))
    assert table["name"].to_pylist() == names
    assert table["digest"].to_pylist() == [hashlib.sha256(good).hexdigest()] * 3
    table = extract([chunk], dump)
    assert table["name"].to_pylist() == names
    assert table["digest"].to_pylist() == [hashlib.sha256(good).hexdigest()] * 3

    broken = [record.replace(good, good[:300].ljust(len(good), b"\0")) for record in records]
    write_records(Path(chunk.shard), [records[0], *broken[1:]])
    with pytest.raises(DataError) as theirs:
        list(extract_chunk(chunk, [records[0], *broken[1:]], dump))
    shutil.rmtree(Path(chunk.shard).parent / "features")
    with pytest.raises(DataError) as ours:
        extract([chunk], dump)
    assert str(ours.value) == str(theirs.value)
    assert str(ours.value).startswith(
        r"odd_train_00000-of-00001.tfrecord, record 1 (a\n<b>\x1b[2J/2.jpg): image/encoded "
    )


def test_arithmetic_coding_is_left_to_tensorflow(
    extract: Any, dump: Dump, shard_of: ShardOf, arithmetic_jpeg: bytes
) -> None:
    chunk = shard_of([arithmetic_jpeg])
    with pytest.raises(UnsupportedRecordError) as caught:
        extract([chunk], dump)
    assert str(caught.value) == (
        "odd_train_00000-of-00001.tfrecord, record 0: image/encoded is a JPEG with arithmetic "
        "coding, which the bigdl engine does not decode"
    )
    (batch,) = extract_chunk(chunk, read_records(Path(chunk.shard)), dump)
    assert batch.num_rows == 1


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b"\xff no example", "it is not a tf.train.Example"),
        (b"", "it has no image/class/label, expected one"),
    ],
)
def test_a_record_that_is_no_example_is_named(
    record: bytes, message: str, extract: Any, dump: Dump, shard_of: ShardOf
) -> None:
    chunk = shard_of([b""])
    write_records(Path(chunk.shard), [record])
    with pytest.raises(DataError, match=rf"^odd_train_.*, record 0: {message}$"):
        extract([chunk], dump)


@pytest.mark.parametrize("gone", ["shard", "model.pb", "model.bin"])
def test_a_file_that_an_executor_does_not_see_is_named(
    gone: str, extract: Any, edited: Any, dump: Dump
) -> None:
    copy = edited(lambda _: None)
    chunk = next(by_hand(dump, 2))
    if gone == "shard":
        path = Path(f"{chunk.shard}.gone")
        chunk = replace(chunk, shard=str(path))
    else:
        path = copy.path / gone
        path.unlink()
    with pytest.raises(
        DataError, match=rf"^{path} cannot be read \(.*\); every executor must see it"
    ):
        extract([chunk], copy)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda b: b[:-3], r"record 1, at byte \d+: truncated: \d+ bytes left, expected \d+"),
        (lambda b: b[:-9] + b"x" + b[-8:], r"record 1, at byte \d+: bad CRC of its data: 0x"),
        (lambda b: b[:8] + b"x" + b[9:], r"record 0, at byte 0: bad CRC of its length: 0x"),
    ],
)
def test_a_damaged_shard_is_named(
    damage: Callable[[bytes], bytes],
    message: str,
    extract: Any,
    dump: Dump,
    shard_of: ShardOf,
    pictures: dict[str, list[tuple[bytes, int]]],
) -> None:
    chunk = shard_of([pictures["train"][0][0]] * 2)
    path = Path(chunk.shard)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=f"^{path.name}, {message}"):
        extract([chunk], dump)


def test_a_folder_that_cannot_be_written_is_named(
    engine: BigdlEngine, dump: Dump, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(StorageError, match=rf"^cannot write .*{in_the_way}"):
        engine.extract(list(by_hand(dump, 8)), dump, in_the_way)


def test_a_path_without_a_scheme_is_local(
    cluster: Cluster, dump: Dump, extract: Any, labels: dict[str, list[int]]
) -> None:
    """On YARN everything else is on HDFS."""
    conf = cluster.context._jsc.hadoopConfiguration()
    before = conf.get("fs.defaultFS")
    conf.set("fs.defaultFS", "hdfs://127.0.0.1:1")
    try:
        table = extract(list(by_hand(dump, 8)), dump)
    finally:
        conf.set("fs.defaultFS", before)
    assert table["label"].to_pylist() == labels["train"]


def rename_operation(old: str, new: str) -> Callable[[Any], None]:
    def change(node: Any) -> None:
        node.op = new if node.op == old else node.op

    return change


def widen_the_average(node: Any) -> None:
    """Pad an average, with a window that has no middle."""
    if node.op == "AvgPool":
        node.attr["padding"].s = b"SAME"
        node.attr["ksize"].list.i[1] = 2


def train_mode(node: Any) -> None:
    if node.op == "FusedBatchNorm":
        node.attr["is_training"].b = True


def decode_fast(node: Any) -> None:
    if node.op == "DecodeJpeg":
        node.attr["dct_method"].s = b""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (rename_operation("MaxPool", "LRN"), "a LRN in the network"),
        (rename_operation("DecodeJpeg", "DecodePng"), "a DecodePng where a JPEG decoder is"),
        (widen_the_average, "a AvgPool with uneven padding"),
        (train_mode, "a FusedBatchNorm with is_training"),
        (decode_fast, "a DecodeJpeg with dct_method , expected INTEGER_ACCURATE"),
    ],
)
def test_a_graph_that_it_would_misread_is_refused(
    change: Callable[[Any], None], message: str, edited: Any, dump: Dump, extract: Any
) -> None:
    with pytest.raises(UnsupportedGraphError, match=message) as caught:
        extract(list(by_hand(dump, 8)), edited(change))
    assert str(caught.value).startswith("the bigdl engine cannot run node ")


def drop_the_strides(node: Any) -> None:
    if node.op == "MaxPool":
        del node.attr["strides"]


def test_a_graph_that_it_cannot_read_is_refused(edited: Any, dump: Dump, extract: Any) -> None:
    message = r"^the bigdl engine cannot run node InceptionV1/\S+, a MaxPool that it cannot read \("
    with pytest.raises(UnsupportedGraphError, match=message):
        extract(list(by_hand(dump, 8)), edited(drop_the_strides))


def drop_a_branch(node: Any) -> None:
    if node.op == "ConcatV2":
        del node.input[1]


def test_a_graph_whose_shapes_do_not_fit_is_refused(edited: Any, dump: Dump, extract: Any) -> None:
    message = r"^the bigdl engine cannot run node InceptionV1/\S+, a Conv2D of \d+ x \d+ x \d+"
    with pytest.raises(UnsupportedGraphError, match=message):
        extract(list(by_hand(dump, 8)), edited(drop_a_branch))


def drop_the_dilations(node: Any) -> None:
    if node.op == "Conv2D":
        del node.attr["dilations"]


def test_a_graph_of_an_old_tensorflow_is_read(
    edited: Any,
    dump: Dump,
    extract: Any,
    expected: dict[str, Any],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    old = edited(drop_the_dilations)
    old = replace(old, digests={**old.digests, "weights": "old"})
    table = extract(list(by_hand(dump, 8)), old)
    assert_features_agree(feature_matrix(table), expected["train"])


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (os.ST_NOEXEC, "the temporary folder is mounted noexec, so Java cannot load BigDL's"),
        (0, "BigDL's native library, for Linux on x86-64, does not load on this "),
    ],
)
def test_a_native_library_that_does_not_load_is_told_with_its_cause(
    monkeypatch: pytest.MonkeyPatch, flags: int, told: str
) -> None:
    # A stand-in for a JVM: no test may mount a file system.
    machine = MagicMock()
    machine.com.intel.analytics.bigdl.mkl.MklDnn.isLoaded.return_value = False
    machine.java.lang.System.getProperty.return_value = "/tmp"  # noqa: S108 - Java's own default
    monkeypatch.setattr(os, "statvfs", lambda _: MagicMock(f_flag=flags))
    with pytest.raises(UnavailableError, match=f"^{re.escape(told)}"):
        BigdlEngine(MagicMock(jvm=machine))
