"""Turns a dumped graph into constants that a TensorFlow session runs without variables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.graph import NODES
from tasks.errors import DataError
from tasks.networks.network import Network
from tasks.networks.tensorflow import import_tensorflow

CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")

FloatArray = npt.NDArray[np.float32]


def freeze(
    definition: Any, weights: Mapping[str, FloatArray], network: Network, *, fold: bool = True
) -> Any:
    """Return the part of a dumped graph that turns a record into a feature, weights included.

    ``NODES.record`` and ``NODES.image_batch`` become placeholders, so a caller feeds records and
    gets images, feeds images and gets features. Batch normalisation is folded into the convolution
    before it, if there is one: ``w * g`` and ``beta - mean * g`` with ``g = gamma /
    sqrt(variance + epsilon)`` (Ioffe and Szegedy, https://arxiv.org/abs/1502.03167, section 3.1).

    Args:
        definition: the ``GraphDef`` that ``build_graph`` returned.
        weights: float32 arrays by variable name.
        network: the network in the graph.
        fold: whether to fold batch normalisation.

    Raises:
        DataError: a batch normalisation is in training mode.
    """
    tf = import_tensorflow().compat.v1
    frozen = tf.GraphDef()
    frozen.versions.CopyFrom(definition.versions)
    graph = _Graph(definition, weights, network)
    for node in definition.node:
        if node.name == NODES.record:
            frozen.node.append(_placeholder(node.name, tf.string.as_datatype_enum, []))
        elif node.name == NODES.image_batch:
            shape = [None, network.image_size, network.image_size, 3]
            frozen.node.append(_placeholder(node.name, tf.float32.as_datatype_enum, shape))
        elif fold and node.op == "FusedBatchNorm" and graph.is_foldable(node):
            frozen.node.extend(_fold(node, graph))
        elif node.op == "VariableV2":
            frozen.node.append(constant(node.name, weights[node.name]))
        else:
            frozen.node.append(node)
    return tf.graph_util.extract_sub_graph(frozen, [NODES.image, NODES.record_label, NODES.feature])


class _Graph:
    """A graph's nodes, and the values of its constants and variables."""

    def __init__(
        self, definition: Any, weights: Mapping[str, FloatArray], network: Network
    ) -> None:
        self._nodes = {node.name: node for node in definition.node}
        self._weights = weights
        self._network = network

    def source(self, node: Any, index: int) -> Any:
        """Return the node behind an input, past nodes that change nothing."""
        name, _, _ = node.input[index].partition(":")
        found = self._nodes[name]
        return self.source(found, 0) if found.op == "Identity" else found

    def value(self, node: Any, index: int) -> FloatArray:
        """Return the value of an input that is a constant or a variable."""
        found = self.source(node, index)
        if found.op == "VariableV2":
            return self._weights[found.name]
        value: FloatArray = import_tensorflow().make_ndarray(found.attr["value"].tensor)
        return value

    def is_foldable(self, norm: Any) -> bool:
        """Return whether a batch normalisation follows a convolution.

        Raises:
            DataError: it is in training mode.
        """
        if norm.attr["is_training"].b:
            raise DataError(
                f"{self._network.name} cannot be frozen: node {norm.name}, a {norm.op}, is in "
                "training mode, expected evaluation mode"
            )
        return self.source(norm, 0).op in CONVOLUTIONS


def _fold(norm: Any, graph: _Graph) -> list[Any]:
    """Return the nodes that replace a batch normalisation and the convolution before it."""
    convolution = graph.source(norm, 0)
    gamma, beta, mean, variance = (graph.value(norm, index) for index in range(1, 5))
    gain = gamma / np.sqrt(variance + np.float32(norm.attr["epsilon"].f))
    kernel = graph.value(convolution, 1)
    weights = constant(f"{norm.name}/weights", scaled_kernel(convolution, kernel, gain))
    bias = constant(f"{norm.name}/bias", beta - mean * gain)
    folded = type(norm)()
    folded.CopyFrom(convolution)
    folded.name = f"{norm.name}/{convolution.op}"
    folded.input[1] = weights.name
    added = type(norm)(name=norm.name, op="BiasAdd", input=[folded.name, bias.name])
    added.attr["T"].CopyFrom(norm.attr["T"])
    added.attr["data_format"].s = b"NHWC"
    return [weights, bias, folded, added]


def scaled_kernel(convolution: Any, kernel: FloatArray, gain: FloatArray) -> FloatArray:
    """Return the kernel with which a convolution gives ``gain`` times what it gave.

    Args:
        convolution: a node whose operation is one of ``CONVOLUTIONS``.
        kernel: its kernel, four axes.
        gain: a factor for each of its output's channels.
    """
    # The channels of a depthwise convolution are those of its last two axes.
    factor = gain.reshape(kernel.shape[2:]) if convolution.op != "Conv2D" else gain
    return kernel * factor


def constant(name: str, value: FloatArray) -> Any:
    """Return a node that holds a value, as float32."""
    tf = import_tensorflow().compat.v1
    node = tf.NodeDef(name=name, op="Const")
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value.astype(np.float32)))
    return node


def _placeholder(name: str, dtype: int, shape: Sequence[int | None]) -> Any:
    tf = import_tensorflow().compat.v1
    node = tf.NodeDef(name=name, op="Placeholder")
    node.attr["dtype"].type = dtype
    node.attr["shape"].shape.CopyFrom(tf.TensorShape(shape).as_proto())
    return node
