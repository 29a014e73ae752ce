"""Factors and shifts of a convolution's channels as the convolution's own weights and bias."""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.freeze import CONVOLUTIONS, constant, scaled_kernel
from tasks.model_files.cut import FEATURE
from tasks.networks.tensorflow import import_tensorflow

_SUMS = ("Add", "AddV2", "BiasAdd")

FloatArray = npt.NDArray[np.float32]


def fold_channels(definition: Any) -> Any:
    """Return a graph with products and sums behind convolutions folded.

    ``conv(x, w) * g`` becomes ``conv(x, w * g)``, ``(conv(x, w) + b) * g`` becomes ``conv(x, w * g)
    + b * g``, and a sum of a convolution and a constant becomes a ``BiasAdd``. A convolution that
    others read as well stays as it is.
    """
    graph = _Graph(definition)
    for node in list(graph.definition.node):
        if node.op == "Mul":
            graph.fold_factor(node)
        elif node.op in ("Add", "AddV2", "Sub"):
            graph.turn_into_bias(node)
    tf = import_tensorflow().compat.v1
    return tf.graph_util.extract_sub_graph(graph.definition, [FEATURE])


class _Graph:
    """A graph that is being changed; its nodes are in the order of computation."""

    def __init__(self, definition: Any) -> None:
        self.definition = type(definition)()
        self.definition.CopyFrom(definition)
        self._nodes = {node.name: node for node in self.definition.node}
        self._readers = Counter(
            name.partition(":")[0] for node in self.definition.node for name in node.input
        )

    def fold_factor(self, product: Any) -> None:
        """Multiply a channels' factor into the convolution before it, if there is one."""
        split = self._split(product)
        if split is None:
            return
        before, factor = split
        chain = self._chain(before, len(factor))
        if not chain:
            return
        for node in chain:
            self._multiply(node, factor)
        self._become(product, before)

    def turn_into_bias(self, added: Any) -> None:
        """Turn a sum of a convolution and a constant into a ``BiasAdd``."""
        split = self._split(added)
        if split is None:
            return
        before, shift = split
        if added.op == "Sub":
            if self._before(added, 0).name != before.name:
                return
            shift = -shift
        if not self._is_affine(before, len(shift)):
            return
        added.op = "BiasAdd"
        del added.input[:]
        added.input.extend([before.name, self._constant(f"{added.name}_bias", shift)])
        added.attr["data_format"].s = b"NHWC"

    def _split(self, node: Any) -> tuple[Any, FloatArray] | None:
        """Return the node and the factor or shift, one for each channel, that a node joins."""
        constants = [self._const(node, index) for index in range(len(node.input))]
        if len(constants) != 2 or (constants[0] is None) == (constants[1] is None):
            return None
        place = 0 if constants[0] is None else 1
        before, value = self._before(node, place), self._value(node, 1 - place)
        channels = self._channels(before)
        if value is None or channels is None or value.dtype != np.float32 or value.ndim > 4:
            return None
        if value.size != 1 and not (value.size == channels == value.shape[-1]):
            return None
        return before, np.broadcast_to(value.reshape(-1), (channels,)).astype(np.float32)

    def _channels(self, node: Any) -> int | None:
        """Return the channels of a convolution, with or without a bias."""
        if node.op in _SUMS:
            return self._channels(self._before(node, 0))
        if node.op not in CONVOLUTIONS or node.attr["data_format"].s == b"NCHW":
            return None
        kernel = self._const(node, 1)
        if kernel is None:
            return None
        shape = [dimension.size for dimension in kernel.attr["value"].tensor.tensor_shape.dim]
        return int(shape[3] * (shape[2] if node.op != "Conv2D" else 1))

    def _is_affine(self, node: Any, channels: int) -> bool:
        return node.op in (*CONVOLUTIONS, "BiasAdd") and self._channels(node) == channels

    def _chain(self, node: Any, channels: int) -> list[Any]:
        """Return a convolution and the biases behind it up to ``node``, if one node reads each."""
        if self._readers[node.name] != 1 or not self._is_affine(node, channels):
            return []
        if node.op in CONVOLUTIONS:
            return [node]
        before = self._chain(self._before(node, 0), channels)
        return [*before, node] if before and self._const(node, 1) is not None else []

    def _before(self, node: Any, index: int) -> Any:
        return self._nodes[node.input[index].partition(":")[0]]

    def _const(self, node: Any, index: int) -> Any | None:
        found = self._before(node, index)
        return found if found.op == "Const" else None

    def _value(self, node: Any, index: int) -> FloatArray | None:
        found = self._const(node, index)
        if found is None:
            return None
        value: FloatArray = import_tensorflow().make_ndarray(found.attr["value"].tensor)
        return value

    def _multiply(self, node: Any, factor: FloatArray) -> None:
        """Multiply a node's weights or biases; others may read those that it had."""
        value = self._value(node, 1)
        if value is not None:
            is_bias = node.op == "BiasAdd"
            scaled = value * factor if is_bias else scaled_kernel(node, value, factor)
            node.input[1] = self._constant(f"{node.name}_folded", scaled)

    def _constant(self, name: str, value: FloatArray) -> str:
        while name in self._nodes:
            name += "_"
        self.definition.node.append(constant(name, value))
        self._nodes[name] = self.definition.node[-1]
        return name

    def _become(self, node: Any, other: Any) -> None:
        """Turn a node into another one, under its own name."""
        name = node.name
        node.CopyFrom(other)
        node.name = name
