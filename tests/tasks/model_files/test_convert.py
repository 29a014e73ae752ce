"""A small Keras model in every format, against Keras itself; and models that are refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.own_models import SIZE, plain, write_graph
from tasks.dumps.freeze import freeze
from tasks.dumps.graph import NODES, build_graph
from tasks.dumps.spread import relative_difference
from tasks.errors import DataError
from tasks.model_files import convert as converting
from tasks.networks.checkpoint import load_weights
from tasks.networks.network import Network
from tasks.networks.tensorflow import import_tensorflow

Convert = Callable[..., Network]
KINDS = ["Keras file", "Keras HDF5 file", "SavedModel", "frozen graph"]


def frozen(network: Network) -> Any:
    weights = load_weights(network.build.keywords["folder"], network)  # type: ignore[attr-defined]  # a partial
    return freeze(build_graph(["x"], network, class_count=2, batch_size=2), weights, network)


@pytest.mark.parametrize("kind", KINDS)
def test_features_are_those_of_keras(kind: str, saved: Any, converted: Convert) -> None:
    network = converted(saved.files[kind])
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(frozen(network), name="")
        with tf.Session(graph=graph) as session:
            found = session.run(f"{NODES.feature}:0", {f"{NODES.image_batch}:0": saved.pictures})
    # Sums of at most 72 products, in another order.
    assert relative_difference(found[:, 0, 0], saved.features).max() < 1e-5
    assert np.ptp(saved.features) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_only_operations_that_the_bigdl_engine_knows_are_left(
    kind: str, saved: Any, converted: Convert
) -> None:
    definition = build_graph(["x"], converted(saved.files[kind]), class_count=2, batch_size=2)
    operations = {node.op for node in definition.node if node.name.startswith("network/")}
    known = {"Conv2D", "DepthwiseConv2dNative", "BiasAdd", "Relu", "Relu6", "Add", "Mean"}
    assert operations - {"Const", "Identity"} == known


def test_a_weight_that_is_not_finite_is_refused(tmp_path: Path, converted: Convert) -> None:
    def build(tf: Any) -> Any:
        broken = np.full((1, 1, 3, 2), np.nan, np.float32)
        images = tf.placeholder(tf.float32, [None, SIZE, SIZE, 3])
        kernel = tf.constant(broken, name="kernel")
        return tf.reduce_mean(tf.nn.conv2d(images, kernel, 1, "SAME"), [1, 2])

    with pytest.raises(
        DataError, match=r"^m.pb: the constant kernel holds NaN or infinity in 6 of"
    ):
        converted(write_graph(tmp_path / "m.pb", build))


def test_a_variance_below_zero_is_found_when_it_is_folded(
    tmp_path: Path, converted: Convert
) -> None:
    def build(tf: Any) -> Any:
        images = tf.placeholder(tf.float32, [None, SIZE, SIZE, 3])
        return tf.reduce_mean(images * tf.math.rsqrt(tf.constant([-1.0, 1.0, 1.0])), [1, 2])

    with pytest.raises(DataError, match=r"^m.pb: the constant .* holds NaN or infinity in 1 of 3"):
        converted(write_graph(tmp_path / "m.pb", build))


def test_side_effects_are_refused(tmp_path: Path, converted: Convert) -> None:
    def build(tf: Any) -> Any:
        return tf.py_func(lambda x: x, [plain(tf)], tf.float32)

    with pytest.raises(DataError, match=r"^m.pb: node PyFunc is a PyFunc, which runs Python code"):
        converted(write_graph(tmp_path / "m.pb", build))


def test_more_weights_than_protobuf_holds_are_refused(
    tmp_path: Path, converted: Convert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(converting, "MAX_GRAPH_BYTES", 100)
    message = r"^m.pb has 540 bytes of weights up to its features, .* at most 100 \(2 GiB, the lim"
    with pytest.raises(DataError, match=message):
        converted(write_graph(tmp_path / "m.pb"))
