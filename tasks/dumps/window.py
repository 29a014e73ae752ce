"""The window of a convolution or pooling, as the ``bigdl`` engine moves it over an input.

``jvm/Window.scala`` is the same in the engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasks.dumps.graph_reader import GraphReader, refuse, text


@dataclass(frozen=True)
class Shape:
    """Height, width and channels of a layer's output."""

    height: int
    width: int
    channels: int

    @property
    def is_flat(self) -> bool:
        """True if it is one pixel."""
        return self.height == 1 and self.width == 1

    def __str__(self) -> str:
        return f"{self.height} x {self.width} x {self.channels}"


@dataclass(frozen=True)
class Padding:
    """Pixels that are added around a picture."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def __str__(self) -> str:
        return f"Padding({self.top},{self.bottom},{self.left},{self.right})"


@dataclass(frozen=True)
class Window:
    """A window that moves over an input.

    Attributes:
        height, width: of the window, in pixels.
        stride_height, stride_width: of a step, in pixels.
        pads: of the node and of a ``Pad`` before it together.
        is_same: whether they are what SAME means for this input.
    """

    height: int
    width: int
    stride_height: int
    stride_width: int
    pads: Padding
    is_same: bool

    def output(self, before: Shape, channels: int) -> Shape:
        """Return the shape of the output for an input."""
        height = before.height + self.pads.top + self.pads.bottom - self.height
        width = before.width + self.pads.left + self.pads.right - self.width
        return Shape(height // self.stride_height + 1, width // self.stride_width + 1, channels)

    @property
    def is_centred(self) -> bool:
        """True if it moves by 1 and has a middle, so that SAME pads all sides alike."""
        odd = self.height % 2 == 1 and self.width % 2 == 1
        return odd and self.stride_height == 1 and self.stride_width == 1


def window_of(node: Any, graph: GraphReader, before: Shape, pad: Any | None) -> Window:
    """Return the window of a convolution or a pooling.

    Args:
        node: the node.
        graph: the node's.
        before: what it, or the padding before it, reads.
        pad: the ``Pad`` before it.

    Raises:
        UnsupportedGraphError: the engine has no such padding.
    """
    if "ksize" in node.attr:
        _, height, width, _ = node.attr["ksize"].list.i
    else:
        height, width, _, _ = graph.shape(node, 1)
    _, stride_height, stride_width, _ = node.attr["strides"].list.i
    top, bottom = _same(before.height, height, stride_height)
    left, right = _same(before.width, width, stride_width)
    same = Padding(top, bottom, left, right)
    pads = _pads(node, graph, same, pad)
    return Window(height, width, stride_height, stride_width, pads, pads == same)


def _pads(node: Any, graph: GraphReader, same: Padding, pad: Any | None) -> Padding:
    padding = text(node, "padding")
    if padding == "VALID":
        return _around(graph.ints(pad, 1)) if pad is not None else Padding()
    if pad is not None or padding not in ("SAME", "EXPLICIT"):
        refuse(node, f"with padding {padding}")
    return same if padding == "SAME" else _around(node.attr["explicit_paddings"].list.i)


def _around(pads: Sequence[int]) -> Padding:
    *batch, top, bottom, left, right, before, after = pads
    if [*batch, before, after] != [0, 0, 0, 0]:
        raise ValueError("it pads more than height and width")
    return Padding(top, bottom, left, right)


def _same(length: int, window: int, stride: int) -> tuple[int, int]:
    """Return TensorFlow's SAME along one axis: as many outputs as strides begin in the input."""
    outputs = -(-length // stride)
    total = max((outputs - 1) * stride + window - length, 0)
    return total // 2, total - total // 2
