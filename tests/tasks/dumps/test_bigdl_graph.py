"""The verdict on graphs; tests/tasks/features/test_operations.py holds it against the engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from support.graphs import small_graph
from support.operations import Layers, network_of
from tasks.dumps.bigdl_graph import bigdl_refusal
from tasks.dumps.graph import build_graph
from tasks.networks.network import Network

SHARDS = ["/data/a.tfrecord"]


def verdict(network: Network) -> str | None:
    definition = build_graph(SHARDS, network, class_count=2, batch_size=4)
    return bigdl_refusal(definition.SerializeToString(), network.image_size)


def test_a_network_of_hundreds_of_layers_is_judged() -> None:
    def deep(layers: Layers, images: Any) -> Any:
        for _ in range(1200):
            images = layers.nn.relu(images)
        return layers.nn.tanh(images)

    assert str(verdict(network_of("deep", deep))).endswith("a Tanh in the network")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda n, x: n.tf.raw_ops.Conv2D(
                input=x,
                filter=n.variable(3, 3, 3, 6),
                strides=[1] * 4,
                padding="SAME",
                dilations=[1, 2, 2, 1],
            ),
            "a Conv2D with dilations",
        ),
        (
            lambda n, x: n.nn.conv2d(x, n.variable(3, 3, 1, 6), 1, "SAME"),
            "a Conv2D of 40 x 40 x 3",
        ),
        (lambda n, x: n.tf.nn.local_response_normalization(n.conv(x)), "a LRN in the network"),
        (
            lambda n, x: n.nn.conv2d(x, n.nn.tanh(n.variable(3, 3, 3, 6)), 1, "SAME"),
            "a Tanh where a constant is expected",
        ),
        (
            lambda n, x: n.nn.space_to_depth(n.conv(x), 2),
            "a SpaceToDepth in the network",
        ),
        (lambda n, x: n.tf.reshape(x, [-1, 40, 40, 3]), "a Reshape of 40 x 40 x 3"),
        (
            lambda n, x: n.nn.conv2d(x, n.tf.constant(np.inf, shape=[3, 3, 3, 6]), 1, "SAME"),
            "a Conv2D with odd/Const, which is not finite",
        ),
        (
            lambda n, x: n.conv(x) + n.tf.reduce_mean(n.conv(x), [1, 2], keepdims=True),
            "a Add of 40 x 40 x 6 and 1 x 1 x 6",
        ),
    ],
)
def test_it_names_what_the_engine_does_not_run(
    build: Callable[[Layers, Any], Any], message: str
) -> None:
    found = verdict(network_of("odd", build))
    assert found is not None
    assert found.startswith("the bigdl engine cannot run node odd/")
    assert found.endswith(message)


@pytest.mark.parametrize(
    ("operation", "end"),
    [("Tanh", "a Tanh in the network"), ("MaxPool", "a MaxPool that it cannot read (")],
)
def test_a_damaged_node_is_named(operation: str, end: str) -> None:
    found = bigdl_refusal(small_graph(operation), 4)
    assert str(found).startswith(f"the bigdl engine cannot run node feature, {end}")
