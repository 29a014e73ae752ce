"""A Keras model of a user's own, from its file through the dump to both engines."""

from pathlib import Path

import numpy as np

from support.own_models import SIZE, keras_features, keras_model
from tasks.dumps.description import GRAPH, read_dump
from tasks.dumps.dump import dump_split
from tasks.dumps.spread import relative_difference
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.chunks import chunk_at
from tasks.features.first_difference import compared_nodes
from tasks.features.tensorflow_engine import TensorflowEngine
from tasks.model_files.fetch import fetch_model
from tasks.model_files.network import read_network
from tasks.model_files.options import Options
from tasks.storage.local_files import file_sha256
from tasks.storage.paths import Home


def test_both_engines_compute_what_keras_does(
    bridge: Bridge, dataset: Path, tmp_path: Path
) -> None:
    model, home = keras_model(), Home(tmp_path / "home")
    path = tmp_path / "mine.keras"
    model.save(path)
    made = fetch_model(path, file_sha256(path), Options("keras:torch"), home.checkpoints)
    dumped = dump_split(
        split="train",
        dataset=dataset,
        checkpoint=made.path,
        network=read_network(made.path),
        batch_size=2,
        home=home,
    )
    dump = read_dump(dumped.path)
    assert (dump.network, dump.feature_size, dump.tolerance) == ("file:mine.keras", 8, 1e-4)
    assert isinstance(dumped.path, Path)
    assert (dumped.path / GRAPH).stat().st_size < 40_000, "the weights are in model.bin"
    chunk = chunk_at(dump.shards[0], 0, 3, dump.records_per_chunk)
    nodes = list(compared_nodes(dump).values())
    found = {
        engine.name: engine.end_points(chunk, dump, nodes)
        for engine in (TensorflowEngine(bridge), BigdlEngine(bridge))
    }
    for node in nodes:
        difference = relative_difference(found["bigdl"][node], found["tensorflow"][node])
        assert difference.max() < dump.tolerance, node
    images = found["bigdl"][dump.nodes.image_batch].reshape(-1, SIZE, SIZE, 3)
    features = found["bigdl"][dump.nodes.feature]
    assert np.ptp(features) > 0
    assert relative_difference(features, keras_features(model, images)).max() < 1e-4
