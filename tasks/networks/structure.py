"""Variables, end points and features of a network, found by building it once."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tasks.networks.network import Build, Network
from tasks.networks.tensorflow import import_tensorflow


@dataclass(frozen=True)
class Structure:
    """Parts of a built network.

    Attributes:
        variables: name and shape of every variable that the features depend on.
        end_points: node of every layer before the features by the layer's name, first to last.
        feature_size: floats per feature.
    """

    variables: Mapping[str, tuple[int, ...]]
    end_points: Mapping[str, str]
    feature_size: int


def network_variables(network: Network) -> Mapping[str, tuple[int, ...]]:
    """Return name and shape of every variable that the features depend on."""
    return structure_of(network.build, network.image_size).variables


def network_end_points(network: Network) -> Mapping[str, str]:
    """Return the node of every layer before the features by the layer's name, first to last."""
    return structure_of(network.build, network.image_size).end_points


@functools.cache
def structure_of(build: Build, size: int) -> Structure:
    """Return what a network consists of.

    Args:
        build: adds the network to the current graph.
        size: height and width of its input, in pixels.
    """
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        features, layers = build(tf.placeholder(tf.float32, [None, size, size, 3]))
        variables = graph.get_collection(tf.GraphKeys.GLOBAL_VARIABLES)
        needed = tf.graph_util.extract_sub_graph(graph.as_graph_def(), [features.op.name])
    order = {operation.name: number for number, operation in enumerate(graph.get_operations())}
    names = {node.name for node in needed.node} - {features.op.name}
    found = {name: layer.op.name for name, layer in layers.items() if layer.op.name in names}
    return Structure(
        variables=MappingProxyType(
            {v.op.name: tuple(v.shape.as_list()) for v in variables if v.op.name in names}
        ),
        end_points=MappingProxyType(dict(sorted(found.items(), key=lambda item: order[item[1]]))),
        feature_size=int(features.shape[-1]),
    )
