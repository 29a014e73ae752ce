"""Variables and end points of a network, found by building it once."""

import functools
from collections.abc import Mapping
from types import MappingProxyType

from tasks.networks.network import Network
from tasks.networks.tensorflow import import_tensorflow

_Shapes = Mapping[str, tuple[int, ...]]


def network_variables(network: Network) -> _Shapes:
    """Return name and shape of every variable that the features depend on."""
    return _structure(network)[0]


def network_end_points(network: Network) -> Mapping[str, str]:
    """Return the node of every layer before the features by the layer's name, first to last."""
    return _structure(network)[1]


@functools.cache
def _structure(network: Network) -> tuple[_Shapes, Mapping[str, str]]:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        size = network.image_size
        features, layers = network.build(tf.placeholder(tf.float32, [None, size, size, 3]))
        variables = graph.get_collection(tf.GraphKeys.GLOBAL_VARIABLES)
        needed = tf.graph_util.extract_sub_graph(graph.as_graph_def(), [features.op.name])
    order = {operation.name: number for number, operation in enumerate(graph.get_operations())}
    names = {node.name for node in needed.node} - {features.op.name}
    found = {name: layer.op.name for name, layer in layers.items() if layer.op.name in names}
    return (
        MappingProxyType(
            {v.op.name: tuple(v.shape.as_list()) for v in variables if v.op.name in names}
        ),
        MappingProxyType(dict(sorted(found.items(), key=lambda item: order[item[1]]))),
    )
