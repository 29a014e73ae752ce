"""Pictures, shards and dumps for the engines' tests."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.locations import local
from tasks.datasets.dataset import Shard
from tasks.datasets.tfrecord import write_records
from tasks.dumps.description import GRAPH, Dump, read_dump
from tasks.features.chunks import Chunk
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home


@pytest.fixture
def validation(dumps: dict[str, Artifact]) -> Dump:
    return read_dump(dumps["validation"].path)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def shard_of(
    encode: Callable[[bytes, int], bytes], tmp_path: Path
) -> Callable[[Sequence[bytes]], Chunk]:
    """Writes pictures as a shard, labels counting from 0, and returns the chunk that is all."""

    def write(pictures: Sequence[bytes]) -> Chunk:
        path = tmp_path / "odd_train_00000-of-00001.tfrecord"
        write_records(path, [encode(picture, label) for label, picture in enumerate(pictures)])
        return Chunk(str(path), offset=0, skip=0, first=0, records=len(pictures))

    return write


@pytest.fixture(scope="session")
def noise() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture(scope="session")
def arithmetic_jpeg() -> bytes:
    """A JPEG of 40 x 32 pixels that ``jpegtran -arithmetic`` of libjpeg-turbo 2.1.5 wrote."""
    return Path(__file__).with_name("arithmetic.jpg").read_bytes()


@pytest.fixture
def dump(dumps: dict[str, Artifact]) -> Dump:
    """The dump of the training records."""
    return read_dump(dumps["train"].path)


@pytest.fixture
def dump_of(dump: Dump, shard_of: Callable[[Sequence[bytes]], Chunk]) -> Callable[..., Dump]:
    """Returns a dump of the same network that reads a shard of the given pictures."""

    def make(pictures: Sequence[bytes]) -> Dump:
        path = Path(shard_of(pictures).shard)
        shard = Shard(path, len(pictures), path.stat().st_size, (0,))
        digests = {**dump.digests, "dataset": "of pictures"}
        return replace(dump, shards=(shard,), records=len(pictures), digests=digests)

    return make


@pytest.fixture
def edited(dump: Dump, tmp_path: Path) -> Callable[[Callable[[Any], None]], Dump]:
    """Returns a copy of the dump whose model.pb was changed node by node."""

    def edit(change: Callable[[Any], None]) -> Dump:
        folder = tmp_path / "edited"
        shutil.copytree(local(dump.path), folder)
        definition = import_tensorflow().compat.v1.GraphDef()
        definition.ParseFromString((folder / GRAPH).read_bytes())
        for node in definition.node:
            change(node)
        (folder / GRAPH).write_bytes(definition.SerializeToString())
        # Pipelines are kept by the digest of their weights.
        return replace(dump, path=folder, digests={**dump.digests, "weights": "edited"})

    return edit


@pytest.fixture
def refused(edited: Callable[[Callable[[Any], None]], Dump]) -> Dump:
    """A dump whose graph TensorFlow runs and BigDL does not."""

    def change(node: Any) -> None:
        node.op = "LRN" if node.op == "MaxPool" else node.op

    return edited(change)
