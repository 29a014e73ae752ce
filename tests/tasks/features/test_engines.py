"""The contract, held to by every engine of the registry."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from tasks.dumps.description import Dump
from tasks.errors import GraftError
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.engines import ENGINES, Engine, require_all
from tasks.features.store import feature_files, read_tables
from tasks.features.written_file import WrittenFile
from tasks.params.network import AUTO, FeatureEngine
from tasks.storage.local_files import file_sha256


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest, bridge: Bridge) -> Engine:
    return ENGINES[request.param](bridge)


def two_chunks(dump: Dump) -> list[Chunk]:
    """Two chunks of two records each."""
    return [Chunk(str(dump.shards[0].path), 0, first, first, 2) for first in (2, 0)]


def test_the_param_offers_every_engine() -> None:
    assert get_args(FeatureEngine) == (AUTO, *ENGINES)


def test_every_engine_has_its_name_and_a_version(engine: Engine) -> None:
    kind = ENGINES[engine.name]
    assert isinstance(kind, type)
    assert isinstance(engine, kind)
    assert engine.version


def test_features_are_files_of_the_chunks(
    engine: Engine, dump: Dump, tmp_path: Path, labels: dict[str, list[int]]
) -> None:
    chunks = two_chunks(dump)
    assert engine.done() == 0
    written = engine.extract(chunks, dump, tmp_path)
    assert engine.done() == 4
    files = feature_files(tmp_path)
    assert sorted(written, key=lambda file: file.name) == [
        WrittenFile(file.name, 2, file_sha256(file)) for file in files
    ]
    assert [file.name for file in files] == sorted(chunk.file_name for chunk in chunks)
    table = read_tables(*files)
    assert table["record"].to_pylist() == [0, 1, 2, 3]
    assert table["label"].to_pylist() == labels["train"][:4]
    assert set(table["shard"].to_pylist()) == {dump.shards[0].path.name}


def test_end_points_are_a_row_for_each_record(
    engine: Engine,
    dump: Dump,
    expected: dict[str, Any],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    nodes = dump.nodes
    chunk = Chunk(str(dump.shards[0].path), 0, 1, 1, 3)
    found = engine.end_points(chunk, dump, [nodes.feature, nodes.image_batch])
    assert list(found) == [nodes.feature, nodes.image_batch]
    assert found[nodes.image_batch].shape == (3, dump.image_size**2 * 3)
    assert found[nodes.image_batch].dtype == np.float32
    assert np.abs(found[nodes.image_batch]).max() <= 1
    assert_features_agree(found[nodes.feature], expected["train"][1:4])


def test_records_that_are_missing_are_counted(dump: Dump) -> None:
    require_all(8, 8, dump)
    with pytest.raises(GraftError) as caught:
        require_all(7, 8, dump)
    assert str(caught.value) == (f"7 features were written for 8 records of {dump.path}; run again")
