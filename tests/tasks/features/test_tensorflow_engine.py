from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.datasets.dataset import SPLITS
from tasks.datasets.tfrecord import read_records, write_records
from tasks.dumps.description import Dump, read_dump
from tasks.errors import DataError
from tasks.features import tensorflow_engine
from tasks.features.chunks import Chunk, plan_chunks
from tasks.features.tensorflow_engine import extract_chunk
from tasks.storage.artifact import Artifact

Extract = Callable[[Chunk], list[Any]]


@pytest.fixture
def extract(dumps: dict[str, Artifact]) -> Extract:
    dump = read_dump(dumps["train"].path)
    return lambda chunk: list(extract_chunk(chunk, read_chunk(chunk), dump))


def read_chunk(chunk: Chunk) -> Iterator[bytes]:
    """The chunk's records, as the JVM hands them to a worker."""
    wanted = chunk.skip + chunk.records
    return islice(read_records(Path(chunk.shard), chunk.offset, wanted), chunk.skip, None)


@pytest.fixture
def batches_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensorflow_engine, "_BATCH", 2)


def by_hand(dump: Dump, size: int) -> Iterator[Chunk]:
    """Cut shards of a few records, which ``plan_chunks`` leaves whole."""
    for shard in dump.shards:
        for first in range(0, shard.records, size):
            yield Chunk(str(shard.path), 0, first, first, min(size, shard.records - first))


def features_of(batches: list[Any]) -> Any:
    return np.concatenate([b.column("feature").flatten().to_numpy() for b in batches]).reshape(
        -1, 1024
    )


def values_of(batches: list[Any], column: str) -> list[Any]:
    return [value for batch in batches for value in batch.column(column).to_pylist()]


@pytest.mark.parametrize("split", SPLITS)
def test_reproduces_plain_tf_slim(
    split: str,
    dumps: dict[str, Artifact],
    extract: Extract,
    expected: dict[str, Any],
    labels: dict[str, list[int]],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    dump = read_dump(dumps[split].path)
    chunks = plan_chunks(dump.shards, dump.records_per_chunk)
    batches = [batch for chunk in chunks for batch in extract(chunk)]
    assert values_of(batches, "label") == labels[split]
    assert_features_agree(features_of(batches), expected[split])


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.usefixtures("batches_of_two")
def test_keeps_order_over_the_boundaries_of_chunks_and_batches(
    size: int,
    dumps: dict[str, Artifact],
    extract: Extract,
    expected: dict[str, Any],
    labels: dict[str, list[int]],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    dump = read_dump(dumps["train"].path)
    batches = [batch for chunk in by_hand(dump, size) for batch in extract(chunk)]
    assert max(batch.num_rows for batch in batches) == min(size, 2)
    assert values_of(batches, "shard") == [
        s.path.name for s in dump.shards for _ in range(s.records)
    ]
    assert values_of(batches, "record") == [n for s in dump.shards for n in range(s.records)]
    assert values_of(batches, "label") == labels["train"]
    assert_features_agree(features_of(batches), expected["train"])


def test_starts_at_an_offset_inside_a_shard(
    dumps: dict[str, Artifact],
    records: dict[str, list[bytes]],
    extract: Extract,
    expected: dict[str, Any],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    shard = read_dump(dumps["train"].path).shards[0]
    offset = sum(len(record) + 16 for record in records["train"][:2])
    batches = extract(Chunk(str(shard.path), offset, skip=1, first=3, records=2))
    assert values_of(batches, "record") == [3, 4]
    assert_features_agree(features_of(batches), expected["train"][3:5])


def test_rows_have_the_promised_types(dumps: dict[str, Artifact], extract: Extract) -> None:
    shard = read_dump(dumps["validation"].path).shards[0]
    (batch,) = extract(Chunk(str(shard.path), 0, 0, 0, 2))
    types = {name: str(batch.column(name).type) for name in batch.schema.names}
    assert types == {
        "label": "int32",
        "feature": "list<item: float>",
        "shard": "string",
        "record": "int64",
        "name": "string",
        "digest": "string",
    }


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (b"not a picture", "starts with '6e6f74', expected a JPEG, which starts with 'ffd8ff'"),
        (b"", "starts with '', expected a JPEG, which starts with 'ffd8ff'"),
        (b"\xff\xd8\xff\xe0 broken off", "does not decode: the JPEG is damaged or cut short"),
    ],
)
@pytest.mark.usefixtures("batches_of_two")
def test_picture_that_does_not_decode_is_named(
    picture: bytes,
    reason: str,
    pictures: dict[str, list[tuple[bytes, int]]],
    encode: Callable[[bytes, int], bytes],
    extract: Extract,
    tmp_path: Path,
) -> None:
    jpeg, label = pictures["train"][0]
    good, bad = encode(jpeg, label), encode(picture, label)
    shard = tmp_path / "flowers_train_00003-of-00005.tfrecord"
    write_records(shard, [good, good, good, bad])
    message = rf"^flowers_train_00003-of-00005\.tfrecord, record 3: image/encoded {reason}$"
    with pytest.raises(DataError, match=message):
        extract(Chunk(str(shard), 0, 1, 1, 3))


def test_truncated_picture_is_named(
    pictures: dict[str, list[tuple[bytes, int]]],
    encode: Callable[[bytes, int], bytes],
    extract: Extract,
    tmp_path: Path,
) -> None:
    jpeg, label = pictures["train"][0]
    shard = tmp_path / "cut.tfrecord"
    write_records(shard, [encode(jpeg[: len(jpeg) // 2], label)])
    with pytest.raises(DataError, match=r"^cut\.tfrecord, record 0: image/encoded does not dec"):
        extract(Chunk(str(shard), 0, 0, 0, 1))
