"""BigDL's own way from a dump to features, ``session.getRDD``: the reference of the bigdl engine.

BigDL 2.3.0's DecodeJpeg hands on ImageIO's blue, green, red where TensorFlow has red, green, blue.
So its features are those of pictures with red and blue swapped; all else agrees.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.operations import draw_weights
from tasks.datasets.tfrecord import read_records, write_records
from tasks.dumps.description import FROZEN, GRAPH, TENSORS, Dump, read_dump
from tasks.dumps.freeze import freeze
from tasks.dumps.graph import build_graph
from tasks.dumps.spread import relative_difference
from tasks.features import frozen
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.store import feature_files, feature_matrix, read_tables
from tasks.networks.registry import get_network
from tasks.networks.structure import network_variables
from tasks.spark.jvm import save_tensors


def photograph(seed: int, width: int, height: int) -> bytes:
    """Return a JPEG of soft coloured spots, whose red and blue differ."""
    spots = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(spots).resize((width, height), Image.Resampling.BICUBIC).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def shard(encode: Callable[[bytes, int], bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photographs") / "two.tfrecord"
    write_records(path, [encode(photograph(1, 301, 260), 0), encode(photograph(2, 257, 311), 1)])
    return path


def dump_of(name: str, shard: Path, tiny: Dump, folder: Path) -> Dump:
    """Write the dump of a network of the table, its weights random."""
    network = get_network(name)
    definition = build_graph([str(shard)], network, class_count=2, batch_size=2)
    weights = {
        # Deep networks overflow with weights that are not in proportion to what they sum.
        weight: value / np.sqrt(np.prod(value.shape[:-1]), dtype=np.float32)
        for weight, value in draw_weights(dict(network_variables(network))).items()
    }
    (folder / GRAPH).write_bytes(definition.SerializeToString())
    (folder / FROZEN).write_bytes(freeze(definition, weights, network).SerializeToString())
    save_tensors(weights, folder / TENSORS)
    return replace(
        tiny,
        path=folder,
        shards=(),
        network=name,
        preprocessing=network.preprocessing,
        feature_size=network.feature_size,
        digests={**tiny.digests, "weights": name},
    )


# The smallest MobileNet has the operations of the largest.
@pytest.mark.parametrize("name", ["inception_v1", "resnet_v1_50", "mobilenet_v1_0.25_128"])
def test_it_gives_the_same_of_swapped_colours(
    name: str, shard: Path, bridge: Bridge, tiny_dump: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "dump"
    folder.mkdir()
    dump = dump_of(name, shard, read_dump(tiny_dump), folder)
    assert BigdlEngine(bridge).extract_with_getrdd(dump, tmp_path) == 2
    reference = read_tables(*feature_files(tmp_path))

    session = frozen.session_of(dump)
    images, labels = session.images(list(read_records(shard, 0, 2)), str(shard), 0)
    recipe = dump.preprocessing
    mean = np.multiply(recipe.subtract, recipe.multiply, dtype=np.float32)
    swapped = np.ascontiguousarray((images + mean)[..., ::-1] - mean)
    feature = dump.nodes.feature
    expected = session.values([feature], swapped)[feature].reshape(2, -1)
    assert reference["label"].to_pylist() == labels.tolist()
    # Both compute in float32, in another order; DESIGN's bound for engines that agree.
    assert relative_difference(feature_matrix(reference), expected).max() < 1e-4
