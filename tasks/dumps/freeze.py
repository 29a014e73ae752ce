"""Turns a dumped graph into constants that a TensorFlow session runs without variables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.graph import NODES
from tasks.networks.inception import IMAGE_SIZE
from tasks.networks.tensorflow import import_tensorflow

FloatArray = npt.NDArray[np.float32]


def freeze(definition: Any, weights: Mapping[str, FloatArray]) -> Any:
    """Return the part of a dumped graph that turns a record into a feature, weights included.

    ``NODES.record`` and ``NODES.image_batch`` become placeholders, so a caller feeds records and
    gets images, feeds images and gets features. Batch normalisation is folded into the
    convolutions before it: ``w * g`` and ``beta - mean * g`` with ``g = gamma / sqrt(variance +
    epsilon)`` (Ioffe and Szegedy, https://arxiv.org/abs/1502.03167, section 3.1).

    Args:
        definition: the ``GraphDef`` that ``build_graph`` returned.
        weights: float32 arrays by variable name.
    """
    tf = import_tensorflow().compat.v1
    frozen = tf.GraphDef()
    frozen.versions.CopyFrom(definition.versions)
    nodes = {node.name: node for node in definition.node}
    constants = _Constants(nodes, weights)
    for node in definition.node:
        if node.name == NODES.record:
            frozen.node.append(_placeholder(node.name, tf.string.as_datatype_enum, []))
        elif node.name == NODES.image_batch:
            shape = [None, IMAGE_SIZE, IMAGE_SIZE, 3]
            frozen.node.append(_placeholder(node.name, tf.float32.as_datatype_enum, shape))
        elif node.op == "FusedBatchNorm":
            frozen.node.extend(_fold(node, nodes[node.input[0]], constants))
        elif node.op != "VariableV2":
            frozen.node.append(node)
    return tf.graph_util.extract_sub_graph(frozen, [NODES.image, NODES.record_label, NODES.feature])


class _Constants:
    """Values of the graph's constants and variables, by the name of a node's input."""

    def __init__(self, nodes: Mapping[str, Any], weights: Mapping[str, FloatArray]) -> None:
        self._nodes = nodes
        self._weights = weights

    def __getitem__(self, name: str) -> FloatArray:
        node = self._nodes[name]
        while node.op == "Identity":
            node = self._nodes[node.input[0]]
        if node.op == "VariableV2":
            return self._weights[node.name]
        value: FloatArray = import_tensorflow().make_ndarray(node.attr["value"].tensor)
        return value


def _fold(norm: Any, convolution: Any, constants: _Constants) -> list[Any]:
    gamma, beta, mean, variance = (constants[name] for name in norm.input[1:5])
    gain = gamma / np.sqrt(variance + np.float32(norm.attr["epsilon"].f))
    weights = _constant(f"{norm.name}/weights", constants[convolution.input[1]] * gain)
    bias = _constant(f"{norm.name}/bias", beta - mean * gain)
    folded = type(norm)()
    folded.CopyFrom(convolution)
    folded.name = f"{norm.name}/Conv2D"
    folded.input[1] = weights.name
    added = type(norm)(name=norm.name, op="BiasAdd", input=[folded.name, bias.name])
    added.attr["T"].CopyFrom(norm.attr["T"])
    added.attr["data_format"].s = b"NHWC"
    return [weights, bias, folded, added]


def _constant(name: str, value: FloatArray) -> Any:
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
