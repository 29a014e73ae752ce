"""Operations that the ``bigdl`` engine makes one layer of, as ``jvm/Folding.scala`` finds them."""

from dataclasses import dataclass
from typing import Any

from tasks.dumps.graph_reader import GraphReader, refuse, require_nhwc

_DEPTHWISE = "DepthwiseConv2dNative"
_CONVOLUTIONS = ("Conv2D", _DEPTHWISE)
_BATCH_NORMS = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
_ARITHMETIC = ("Mul", "Add", "AddV2", "Sub")


@dataclass(frozen=True)
class Folded:
    """A convolution, or nothing, and what scales or shifts each channel after it.

    Attributes:
        scalings: nodes that scale or shift, the last one first.
        convolution: its node; None where the input itself is scaled.
        padding: the padding of its own before it, if there is one.
        reader, index: the node and its input that is the input of all.
    """

    scalings: tuple[Any, ...]
    convolution: Any | None
    padding: Any | None
    reader: Any
    index: int


class Folding:
    """Finds what is folded into one layer."""

    def __init__(self, graph: GraphReader) -> None:
        self._graph = graph

    def is_affine(self, node: Any) -> bool:
        """Return whether a node is a convolution, or scales or shifts each channel."""
        return node.op in _CONVOLUTIONS or self._data(node) is not None

    def of(self, node: Any) -> Folded:
        """Return what a node that is affine computes."""
        scalings = []
        while (index := self._data(node)) is not None:
            scalings.append(node)
            before = self._graph.source(node, index)
            if not (self._graph.readers(before) == 1 and self.is_affine(before)):
                return Folded(tuple(scalings), None, None, node, index)
            node = before
        pad = self._graph.source(node, 0)
        padding = pad if pad.op == "Pad" else None
        return Folded(tuple(scalings), node, padding, padding or node, 0)

    def channels(self, convolution: Any) -> int:
        """Return the channels of a convolution's output."""
        _, _, inputs, outputs = self._graph.shape(convolution, 1)
        return inputs * outputs if convolution.op == _DEPTHWISE else outputs

    def require_scalings(self, folded: Folded, channels: int) -> None:
        """Check what scales and shifts.

        Args:
            folded: a convolution, or nothing, and the scalings.
            channels: of its input.

        Raises:
            UnsupportedGraphError: the engine refuses a scaling.
        """
        if folded.convolution is not None:
            channels = self.channels(folded.convolution)
        for node in reversed(folded.scalings):
            require_nhwc(node)
            if node.op in _BATCH_NORMS:
                self._require_norm(node)
            else:
                self._require_constant(node, channels)

    def _data(self, node: Any) -> int | None:
        """Return which input of a node is scaled or shifted by constants, if one is."""
        if node.op == "BiasAdd" or node.op in _BATCH_NORMS:
            return 0
        if node.op not in _ARITHMETIC:
            return None
        constants = [i for i in (0, 1) if self._graph.is_constant(self._graph.source(node, i))]
        return 1 - constants[0] if len(constants) == 1 else None

    def _require_norm(self, node: Any) -> None:
        if node.attr["is_training"].b:
            refuse(node, "with is_training")
        for index in range(1, 5):
            self._graph.require_finite(node, index)

    def _require_constant(self, node: Any, channels: int) -> None:
        index = 1 - (self._data(node) or 0)
        self._graph.require_finite(node, index)
        lengths = self._graph.shape(node, index)
        size = 1
        for length in lengths:
            size *= length
        if size != 1 and (size != channels or lengths[-1] != channels):
            values = " x ".join(map(str, lengths))
            refuse(node, f"with values {values} for {channels} channels")
