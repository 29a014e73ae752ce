"""Folding of what scales channels into convolutions, found in graphs that TensorFlow writes."""

from dataclasses import replace
from typing import Any

import pytest

from tasks.dumps.folding import Folding
from tasks.dumps.graph_reader import GraphReader
from tasks.errors import UnsupportedGraphError
from tasks.networks.tensorflow import import_tensorflow


def read(values: int = 6) -> GraphReader:
    """Return a graph of a padded, a shifted, a scaled convolution that two nodes read then."""
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        images: Any = tf.placeholder(tf.float32, [None, 8, 8, 3])
        padded = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], name="pad")
        weights = tf.ones([3, 3, 3, 6])
        convolved = tf.nn.conv2d(padded, weights, 1, "VALID", name="convolution")
        shifted = tf.nn.bias_add(convolved, tf.ones([6]), name="shift")
        scaled = tf.multiply(tf.ones([values]), shifted, name="scale")
        tf.nn.relu(scaled)
        tf.subtract(scaled, 1.0, name="difference")
        tf.multiply(scaled, scaled, name="square")
    return GraphReader(graph.as_graph_def().SerializeToString())


def test_all_that_is_read_once_is_one_layer() -> None:
    graph = read()
    found = Folding(graph).of(graph["scale"])
    assert [node.name for node in found.scalings] == ["scale", "shift"]
    assert found.convolution is not None
    assert found.convolution.name == "convolution"
    assert (found.reader.name, found.index) == ("pad", 0)
    Folding(graph).require_scalings(found, channels=3)


def test_what_is_read_twice_is_a_layer_of_its_own() -> None:
    graph = read()
    found = Folding(graph).of(graph["difference"])
    assert (found.convolution, found.reader.name, found.index) == (None, "difference", 0)


def test_a_product_without_constants_is_no_scaling() -> None:
    graph = read()
    assert not Folding(graph).is_affine(graph["square"])


def test_values_for_other_channels_are_refused() -> None:
    graph = read(values=1)
    folding = Folding(graph)
    folding.require_scalings(folding.of(graph["scale"]), channels=3)
    message = "a BiasAdd with values 6 for 5 channels$"
    with pytest.raises(UnsupportedGraphError, match=message):
        folding.require_scalings(replace(folding.of(graph["shift"]), convolution=None), channels=5)
