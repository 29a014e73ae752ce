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
    """Return the node of every end point by the end point's name, in the record's order."""
    return _structure(network)[1]


@functools.cache
def _structure(network: Network) -> tuple[_Shapes, Mapping[str, str]]:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default() as graph:
        size = network.image_size
        _, tensors = network.build(tf.placeholder(tf.float32, [None, size, size, 3]))
        variables = graph.get_collection(tf.GraphKeys.GLOBAL_VARIABLES)
    return (
        MappingProxyType({v.op.name: tuple(v.shape.as_list()) for v in variables}),
        MappingProxyType({name: tensors[name].op.name for name in network.end_points}),
    )
