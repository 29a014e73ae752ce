"""The bigdl engine on operations that it knows, against TensorFlow; and on some it does not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.locations import local
from support.operations import KNOWN, REFUSED, draw_weights, network_of
from tasks.dumps.bigdl_graph import bigdl_refusal
from tasks.dumps.description import FROZEN, GRAPH, TENSORS, Dump, read_dump
from tasks.dumps.freeze import freeze
from tasks.dumps.graph import build_graph
from tasks.dumps.spread import relative_difference
from tasks.errors import UnsupportedGraphError
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk, chunk_at
from tasks.features.tensorflow_engine import TensorflowEngine
from tasks.networks.structure import network_end_points, network_variables
from tasks.spark.jvm import save_tensors

BUILDS = {**KNOWN, **{name: build for name, (build, _) in REFUSED.items()}}


@pytest.fixture(scope="module")
def small(tiny_dump: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dump]:
    """A dump of every small network; they share a ``model.bin``."""
    dump = read_dump(tiny_dump)
    folder = tmp_path_factory.mktemp("operations")
    weights: dict[str, Any] = {}
    found = {}
    for name, build in BUILDS.items():
        network = network_of(name, build)
        path = folder / network.name
        path.mkdir()
        definition = build_graph(
            [str(shard.path) for shard in dump.shards], network, class_count=2, batch_size=4
        )
        ours = draw_weights(dict(network_variables(network)))
        weights |= ours
        (path / GRAPH).write_bytes(definition.SerializeToString())
        (path / FROZEN).write_bytes(freeze(definition, ours, network).SerializeToString())
        found[name] = replace(
            dump,
            path=path,
            network=network.name,
            end_points=dict(network_end_points(network)),
            preprocessing=network.preprocessing,
            feature_size=network.feature_size,
            digests={**dump.digests, "weights": network.name},
        )
    save_tensors(weights, folder / TENSORS)
    for made in found.values():
        assert isinstance(made.path, Path)
        (made.path / TENSORS).symlink_to(folder / TENSORS)
    return found


@pytest.fixture(scope="module")
def chunk(tiny_dump: Path) -> Chunk:
    dump = read_dump(tiny_dump)
    return chunk_at(dump.shards[0], 0, 3, dump.records_per_chunk)


@pytest.mark.parametrize("name", KNOWN)
def test_an_operation_is_computed_as_tensorflow_does(
    name: str, bridge: Bridge, small: dict[str, Dump], chunk: Chunk
) -> None:
    dump = small[name]
    last, feature = dump.end_points["last"], dump.nodes.feature
    wanted = TensorflowEngine(bridge).end_points(chunk, dump, [last, feature])
    engine = BigdlEngine(bridge)
    # Alone, features are computed with layers joined; beside others, with each by itself.
    found = {
        "joined": engine.end_points(chunk, dump, [feature])[feature],
        **engine.end_points(chunk, dump, [last, feature]),
    }
    assert np.ptp(wanted[feature]) > 0
    # Sums of up to a few hundred products in another order.
    for values, expected in (
        (found["joined"], wanted[feature]),
        (found[feature], wanted[feature]),
        (found[last], wanted[last]),
    ):
        assert relative_difference(values, expected).max() < 1e-4


@pytest.mark.parametrize(("name", "message"), [(n, m) for n, (_, m) in REFUSED.items()])
def test_an_operation_that_it_does_not_know_is_named(
    name: str, message: str, bridge: Bridge, small: dict[str, Dump], chunk: Chunk
) -> None:
    with pytest.raises(UnsupportedGraphError, match=message) as caught:
        BigdlEngine(bridge).end_points(chunk, small[name], [small[name].nodes.feature])
    assert verdict(small[name]) == str(caught.value)


@pytest.mark.parametrize("name", KNOWN)
def test_what_it_runs_is_known_without_it(name: str, small: dict[str, Dump]) -> None:
    assert verdict(small[name]) is None


def verdict(dump: Dump) -> str | None:
    """Return what Python says of the engine, before there is a JVM."""
    return bigdl_refusal((local(dump.path) / GRAPH).read_bytes(), dump.image_size)
