"""Every recipe of preprocessing in both engines: the images are the same to the bit."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.tiny_dataset import Encode
from support.tiny_network import TINY
from tasks.datasets.tfrecord import write_records
from tasks.dumps.description import FROZEN, Dump, read_dump
from tasks.dumps.freeze import freeze
from tasks.dumps.graph import build_graph
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.tensorflow_engine import TensorflowEngine
from tasks.networks.recipe import Preprocessing, inception, vgg

RECIPES = {
    "whole": inception(40, crop=1.0),
    "crop 0.875": inception(40),
    "crop 0.5": inception(299, crop=0.5),
    "shorter side": vgg(224),
    "Keras' caffe": Preprocessing(
        size=40, scale=1.0, subtract=(123.68, 116.779, 103.939), bgr=True
    ),
    "Keras' tf": Preprocessing(size=40, scale=1 / 127.5, subtract=(1.0,) * 3),
    "Keras' torch": Preprocessing(
        size=40, subtract=(0.485, 0.456, 0.406), multiply=(1 / 0.229, 1 / 0.224, 1 / 0.225)
    ),
}
SIZES = [(1, 1), (17, 501), (501, 17), (33, 65), (224, 224), (257, 255), (40, 41), (333, 500)]


@pytest.fixture
def odd_pictures(encode: Encode, tmp_path: Path) -> Chunk:
    """One shard with pictures of odd sizes."""
    rng = np.random.default_rng(8)
    records = []
    for height, width in SIZES:
        stream = io.BytesIO()
        pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
        Image.fromarray(pixels).save(stream, "JPEG", quality=95)
        records.append(encode(stream.getvalue(), 0))
    path = tmp_path / "odd_train_00000-of-00001.tfrecord"
    write_records(path, records)
    return Chunk(str(path), 0, 0, 0, len(records))


@pytest.mark.parametrize("name", RECIPES)
def test_both_engines_make_the_very_image(
    name: str, bridge: Bridge, tiny_dump: Path, odd_pictures: Chunk, tmp_path: Path
) -> None:
    plain = read_dump(tiny_dump)
    dump = with_recipe(plain, RECIPES[name], tmp_path)
    image = dump.nodes.image_batch
    ours, theirs = (
        engine.end_points(odd_pictures, dump, [image])[image]
        for engine in (BigdlEngine(bridge), TensorflowEngine(bridge))
    )
    np.testing.assert_array_equal(ours, theirs)


def with_recipe(dump: Dump, recipe: Preprocessing, folder: Path) -> Dump:
    """Return a dump of the tiny network with another preprocessing, without weights."""
    network = replace(TINY, preprocessing=recipe, build=lambda images: (images, {}))
    definition = build_graph(["shard"], network, class_count=2, batch_size=4)
    (folder / FROZEN).write_bytes(freeze(definition, {}, network).SerializeToString())
    (folder / "model.pb").write_bytes(definition.SerializeToString())
    digests = {**dump.digests, "weights": folder.name}
    return replace(dump, path=folder, preprocessing=recipe, digests=digests)
