from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tasks.datasets.dataset import SPLITS
from tasks.dumps.freeze import freeze
from tasks.dumps.graph import NODES, build_graph
from tasks.networks.tensorflow import import_tensorflow


@pytest.fixture(scope="module")
def frozen(weights: dict[str, Any]) -> Any:
    return freeze(build_graph(["shard"], class_count=2, batch_size=8), weights)


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


def test_folds_a_normalisation_into_its_convolution() -> None:
    """One layer by hand: ``gamma * (conv(x, w) - mean) / sqrt(variance + epsilon) + beta``."""
    tf = import_tensorflow().compat.v1
    rng = np.random.default_rng(1)
    sizes = {"weights": (3, 3, 3, 4), "gamma": 4, "beta": 4, "mean": 4, "variance": 4}
    weights = {n: rng.uniform(0.5, 2, size).astype(np.float32) for n, size in sizes.items()}
    images = rng.standard_normal((2, 224, 224, 3)).astype(np.float32)
    with tf.Graph().as_default() as graph:
        tf.get_variable_scope().set_use_resource(False)
        w, gamma, beta, mean, variance = (
            tf.identity(tf.get_variable(n, value.shape, tf.float32)) for n, value in weights.items()
        )
        record = tf.placeholder(tf.string, [], NODES.record)
        tf.identity(record, NODES.image)
        tf.identity(record, NODES.record_label)
        batch = tf.placeholder(tf.float32, [None, 224, 224, 3], NODES.image_batch)
        layer = tf.nn.conv2d(batch, w, strides=2, padding="SAME")
        normed = tf.raw_ops.FusedBatchNorm(
            x=layer, scale=gamma, offset=beta, mean=mean, variance=variance,
            epsilon=0.1, is_training=False,
        )  # fmt: skip
        tf.identity(normed.y, NODES.feature)
        assigned = [v.assign(weights[v.op.name]) for v in tf.global_variables()]
        with tf.Session(graph=graph) as session:
            session.run(assigned)
            wanted = session.run(normed.y, {batch: images})
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(freeze(layer.graph.as_graph_def(), weights), name="")
        with tf.Session(graph=graph) as session:
            found = session.run(f"{NODES.feature}:0", {f"{NODES.image_batch}:0": images})
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)
