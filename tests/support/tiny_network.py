"""A network whose sizes, scope and preprocessing are none of Inception v1's."""

from pathlib import Path
from typing import Any

import numpy as np

from support.archives import pack
from support.plain_slim import FloatArray
from tasks.networks.network import Network
from tasks.networks.recipe import Preprocessing
from tasks.networks.slim import import_slim
from tasks.networks.tensorflow import import_tensorflow


def build_tiny(images: Any) -> tuple[Any, dict[str, Any]]:
    """Two normalised convolutions and a pooling, as TF-Slim makes them."""
    tf, slim = import_tensorflow().compat.v1, import_slim()
    norm = {"is_training": False}
    with tf.variable_scope("Tiny", use_resource=False):
        first = slim.conv2d(
            images, 4, [3, 3], 2, normalizer_fn=slim.batch_norm, normalizer_params=norm, scope="a"
        )
        second = slim.conv2d(
            first, 6, [3, 3], 2, normalizer_fn=slim.batch_norm, normalizer_params=norm, scope="b"
        )
        features = slim.avg_pool2d(second, second.shape[1:3].as_list(), 1, scope="pool")
        other = tf.reduce_max(first, name="other")
    return features, {"b": second, "a": first, "Logits": features, "Other": other}


TINY = Network(
    name="tiny",
    scope="Tiny",
    logits="Logits",
    preprocessing=Preprocessing(size=40, subtract=(0.25,) * 3, multiply=(4.0,) * 3),
    feature_size=6,
    build=build_tiny,
    checkpoint_url="https://example.org/tiny.tar.gz",
    checkpoint_classes=3,
    gflops=0.0,
    parameters=0.0,
    top1=0.5,
)


def draw_tiny_weights() -> dict[str, FloatArray]:
    """Return a value for every variable of the network."""
    from tasks.networks.structure import network_variables

    rng = np.random.default_rng(4)
    return {
        name: rng.uniform(0.5, 1.5, shape).astype(np.float32)
        if name.endswith("variance")
        else rng.standard_normal(shape, np.float32)
        for name, shape in network_variables(TINY).items()
    }


def write_tiny_archive(folder: Path, weights: dict[str, FloatArray]) -> Path:
    """Write weights as a checkpoint in an archive, and return the archive."""
    tf = import_tensorflow()
    names = sorted(weights)
    tf.raw_ops.Save(
        filename=str(folder / "tiny.ckpt"),
        tensor_names=names,
        data=[tf.constant(weights[name]) for name in names],
    )
    return pack(folder / "tiny.tar", [folder / "tiny.ckpt"])
