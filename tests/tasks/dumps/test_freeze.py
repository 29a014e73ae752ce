from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tasks.datasets.dataset import SPLITS
from tasks.dumps.freeze import freeze
from tasks.dumps.graph import NODES, build_graph
from tasks.errors import DataError
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.network import Network
from tasks.networks.tensorflow import import_tensorflow


@pytest.fixture(scope="module")
def frozen(weights: dict[str, Any]) -> Any:
    definition = build_graph(["shard"], INCEPTION_V1, class_count=2, batch_size=8)
    return freeze(definition, weights, INCEPTION_V1)


@pytest.fixture(scope="module")
def run(frozen: Any) -> Callable[..., Any]:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(frozen, name="")
        session = tf.Session(graph=graph)
    return lambda node, **feeds: session.run(
        f"{node}:0", {f"{name}:0": value for name, value in feeds.items()}
    )


def test_needs_no_variables_queues_or_normalisation(frozen: Any) -> None:
    operations = {node.op for node in frozen.node}
    left = {op for op in operations if "Variable" in op or "Queue" in op or "Norm" in op}
    assert not left
    assert not any("Reader" in op for op in operations)


def test_record_and_images_are_what_a_caller_feeds(frozen: Any) -> None:
    assert {n.name for n in frozen.node if n.op == "Placeholder"} == {
        NODES.record,
        NODES.image_batch,
    }


def test_gives_the_features_of_plain_tf_slim(
    run: Callable[..., Any],
    records: dict[str, list[bytes]],
    expected: dict[str, Any],
    labels: dict[str, list[int]],
    assert_features_agree: Callable[[Any, Any], None],
) -> None:
    for split in SPLITS:
        images = [run(NODES.image, record=record) for record in records[split]]
        found = [run(NODES.record_label, record=record) for record in records[split]]
        features = run(NODES.feature, image_batch=np.stack(images))
        assert found == labels[split]
        assert_features_agree(features.reshape(-1, 1024), expected[split])


def test_any_number_of_images(run: Callable[..., Any]) -> None:
    for count in (1, 3):
        images = np.zeros((count, 224, 224, 3), np.float32)
        assert run(NODES.feature, image_batch=images).shape == (count, 1, 1, 1024)


Layer = Callable[[Any, Any], Any]


def convolve(images: Any, weights: Any) -> Any:
    return import_tensorflow().nn.conv2d(images, weights, strides=2, padding="SAME")


def convolve_and_rectify(images: Any, weights: Any) -> Any:
    return import_tensorflow().nn.relu(convolve(images, weights))


def convolve_depthwise(images: Any, weights: Any) -> Any:
    return import_tensorflow().nn.depthwise_conv2d(images, weights, [1, 2, 2, 1], "SAME")


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    """Variables of one layer."""
    rng = np.random.default_rng(1)
    sizes = {"weights": (3, 3, 3, 3), **dict.fromkeys(("gamma", "beta", "mean", "variance"), (3,))}
    return {name: rng.uniform(0.5, 2, size).astype(np.float32) for name, size in sizes.items()}


def layer_graph(
    values: dict[str, Any], layer: Layer, *, is_training: bool = False, both: bool = False
) -> Any:
    """Return a graph of one layer and its normalisation, whose feature is the latter, or both."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        tf.get_variable_scope().set_use_resource(False)
        weights, gamma, beta, mean, variance = (
            tf.identity(tf.get_variable(n, value.shape, tf.float32)) for n, value in values.items()
        )
        record = tf.placeholder(tf.string, [], NODES.record)
        tf.identity(record, NODES.image)
        tf.identity(record, NODES.record_label)
        before = layer(tf.placeholder(tf.float32, [None, 40, 40, 3], NODES.image_batch), weights)
        empty = tf.constant([], tf.float32)
        normed = tf.raw_ops.FusedBatchNorm(
            x=before, scale=gamma, offset=beta, mean=empty if is_training else mean,
            variance=empty if is_training else variance, epsilon=0.1, is_training=is_training,
            name="norm",
        )  # fmt: skip
        tf.identity(tf.concat([before, normed.y], 3) if both else normed.y, NODES.feature)
    return graph


def feature_of(graph: Any, images: Any, values: dict[str, Any]) -> Any:
    tf = import_tensorflow().compat.v1
    with graph.as_default(), tf.Session(graph=graph) as session:
        session.run([v.assign(values[v.op.name]) for v in tf.global_variables()])
        return session.run(f"{NODES.feature}:0", {f"{NODES.image_batch}:0": images})


@pytest.mark.parametrize("both", [False, True], ids=["alone", "read by others, too"])
def test_folds_a_normalisation_into_its_convolution(
    both: bool, values: dict[str, Any], tiny_network: Network
) -> None:
    """One layer by hand: ``gamma * (conv(x, w) - mean) / sqrt(variance + epsilon) + beta``."""
    images = np.random.default_rng(2).standard_normal((2, 40, 40, 3)).astype(np.float32)
    graph = layer_graph(values, convolve, both=both)
    frozen = freeze(graph.as_graph_def(), values, tiny_network)
    assert not [node.name for node in frozen.node if node.op in ("FusedBatchNorm", "VariableV2")]
    np.testing.assert_allclose(
        feature_of(thaw(frozen), images, {}),
        feature_of(graph, images, values),
        rtol=1e-5,
        atol=1e-5,
    )


def thaw(frozen: Any) -> Any:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(frozen, name="")
    return graph


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize(
    ("layer", "is_folded"),
    [(convolve, True), (convolve_depthwise, True), (convolve_and_rectify, False)],
)
def test_gives_what_the_graph_gives(
    layer: Layer, is_folded: bool, fold: bool, values: dict[str, Any], tiny_network: Network
) -> None:
    images = np.random.default_rng(2).standard_normal((2, 40, 40, 3)).astype(np.float32)
    given = dict(values)
    if layer is convolve_depthwise:
        # Three channels with two outputs each.
        given = {name: np.resize(value, 6) for name, value in values.items()}
        given["weights"] = np.resize(values["weights"], (3, 3, 3, 2))
    graph = layer_graph(given, layer)
    frozen = freeze(graph.as_graph_def(), given, tiny_network, fold=fold)
    norms = [node.name for node in frozen.node if node.op == "FusedBatchNorm"]
    assert norms == ([] if fold and is_folded else ["norm"])
    np.testing.assert_allclose(
        feature_of(thaw(frozen), images, {}), feature_of(graph, images, given), rtol=1e-5, atol=1e-5
    )


def test_refuses_a_normalisation_in_training_mode(
    values: dict[str, Any], tiny_network: Network
) -> None:
    definition = layer_graph(values, convolve, is_training=True).as_graph_def()
    message = (
        "^tiny cannot be frozen: node norm, a FusedBatchNorm, is in training mode, expected "
        "evaluation mode$"
    )
    with pytest.raises(DataError, match=message):
        freeze(definition, values, tiny_network)
