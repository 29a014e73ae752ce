"""Pictures and shards for the engines' tests."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tasks.datasets.tfrecord import write_records
from tasks.features.chunks import Chunk


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
