"""Judgement of a graph for the ``bigdl`` engine, without a JVM.

``jvm/Layers.scala``, ``Pooling.scala`` and ``Folding.scala`` are the engine's own knowledge;
``tests/tasks/features/test_operations.py`` has both judge the same graphs. This follows the shapes
from the image batch to the features.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from tasks.dumps.folding import Folded, Folding
from tasks.dumps.graph import NODES, Nodes
from tasks.dumps.graph_reader import GraphReader, refuse, require_nhwc
from tasks.dumps.window import Padding, Shape, Window, window_of
from tasks.errors import UnsupportedGraphError

_Result = TypeVar("_Result")

_CHANNEL_AXES = (3, -1)
_RECTIFIERS = ("Relu", "Relu6")
_SUMS = ("Add", "AddV2")


def bigdl_refusal(graph: bytes, image_size: int, nodes: Nodes = NODES) -> str | None:
    """Return why the ``bigdl`` engine cannot run a dumped graph, in its words; None if it can.

    Args:
        graph: content of ``model.pb``.
        image_size: height and width of the network's input, in pixels.
        nodes: names of the graph's nodes.
    """
    read = GraphReader(graph)
    try:
        _Verdict(read, nodes.image_batch, Shape(image_size, image_size, 3)).follow(nodes.feature)
    except UnsupportedGraphError as error:
        return str(error)
    return None


class _Verdict:
    """Shapes of the outputs of all nodes that the engine makes layers of."""

    def __init__(self, graph: GraphReader, image_batch: str, images: Shape) -> None:
        self._graph = graph
        self._folding = Folding(graph)
        self._shapes = {image_batch: images}
        self._kinds: dict[str, Callable[[Any], Shape]] = {
            **dict.fromkeys(("Identity", *_RECTIFIERS), self._shape),
            **dict.fromkeys(_SUMS, self._sum),
            "ConcatV2": self._concatenation,
            "MaxPool": self._max_pool,
            "AvgPool": self._average_pool,
            "Mean": self._mean,
            "Squeeze": self._flat,
            "Reshape": self._reshaped,
        }

    def follow(self, feature: str) -> None:
        """Judge all that a node depends on; no recursion, as networks are hundreds of nodes deep.

        Raises:
            UnsupportedGraphError: the engine refuses a node.
        """
        waiting = [feature]
        while waiting:
            node = self._graph[waiting[-1]]
            missing = [] if node.name in self._shapes else _naming(node, self._missing)
            if missing:
                waiting.extend(reversed(missing))
                continue
            if node.name not in self._shapes:
                self._shapes[node.name] = _naming(node, self._judge)
            waiting.pop()

    def _judge(self, node: Any) -> Shape:
        affine = self._folding.is_affine(node)
        return self._affine(node) if affine else self._kinds[node.op](node)

    def _missing(self, node: Any) -> list[str]:
        """Return the nodes that the layer of a node reads, as far as they are not judged."""
        require_nhwc(node)
        reader, indices = node, [0]
        if self._folding.is_affine(node):
            folded = self._folding.of(node)
            reader, indices = folded.reader, [folded.index]
        elif node.op not in self._kinds:
            refuse(node, "in the network")
        elif node.op == "MaxPool":
            reader = self._max_pool_pad(node) or node
        elif node.op in _SUMS:
            indices = [0, 1]
        elif node.op == "ConcatV2":
            indices = list(range(len(node.input) - 1))
        needed = (self._graph.input(reader, index).name for index in indices)
        return [name for name in needed if name not in self._shapes]

    def _shape(self, node: Any, index: int = 0) -> Shape:
        return self._shapes[self._graph.input(node, index).name]

    def _affine(self, node: Any) -> Shape:
        folded = self._folding.of(node)
        before = self._shape(folded.reader, folded.index)
        self._folding.require_scalings(folded, before.channels)
        convolution = folded.convolution
        return before if convolution is None else self._convolved(convolution, folded, before)

    def _convolved(self, convolution: Any, folded: Folded, before: Shape) -> Shape:
        window = window_of(convolution, self._graph, before, folded.padding)
        require_nhwc(convolution)
        if any(length != 1 for length in convolution.attr["dilations"].list.i):
            refuse(convolution, "with dilations")
        if self._graph.shape(convolution, 1)[2] != before.channels:
            refuse(convolution, f"of {before}")
        self._graph.require_finite(convolution, 1)
        return window.output(before, self._folding.channels(convolution))

    def _sum(self, node: Any) -> Shape:
        first, second = self._shape(node, 0), self._shape(node, 1)
        if first != second:
            refuse(node, f"of {first} and {second}")
        return first

    def _concatenation(self, node: Any) -> Shape:
        count = len(node.input) - 1
        axis = self._graph.ints(node, count)[0]
        if axis not in _CHANNEL_AXES:
            refuse(node, f"along axis {axis}, expected channels")
        shapes = [self._shape(node, index) for index in range(count)]
        return Shape(shapes[0].height, shapes[0].width, sum(s.channels for s in shapes))

    def _max_pool_pad(self, node: Any) -> Any | None:
        """Return the ``Pad`` of what is not negative before a pooling: its zeros change nothing."""
        pad = self._graph.source(node, 0)
        if pad.op != "Pad" or self._graph.source(pad, 0).op not in _RECTIFIERS:
            return None
        return pad

    def _max_pool(self, node: Any) -> Shape:
        pad = self._max_pool_pad(node)
        before = self._shape(pad or node)
        window = window_of(node, self._graph, before, pad)
        pads = window.pads
        if not window.is_same and (pads.top != pads.bottom or pads.left != pads.right):
            refuse(node, f"with uneven padding {pads}")
        return window.output(before, before.channels)

    def _average_pool(self, node: Any) -> Shape:
        before = self._shape(node)
        window: Window = window_of(node, self._graph, before, None)
        if window.pads != Padding() and not window.is_centred:
            refuse(node, "with uneven padding")
        return window.output(before, before.channels)

    def _mean(self, node: Any) -> Shape:
        axes = [(axis + 4) % 4 for axis in self._graph.ints(node, 1)]
        if set(axes) != {1, 2}:
            refuse(node, f"along axes {', '.join(map(str, dict.fromkeys(axes)))}")
        return Shape(1, 1, self._shape(node).channels)

    def _flat(self, node: Any) -> Shape:
        before = self._shape(node)
        if not before.is_flat:
            refuse(node, f"of {before}")
        return before

    def _reshaped(self, node: Any) -> Shape:
        """Return the shape of what only gets other axes, of one value for each channel."""
        before = self._flat(node)
        _, *others, last = self._graph.lengths(node)
        if last not in (-1, before.channels) or any(length != 1 for length in others):
            lengths = " x ".join(map(str, self._graph.lengths(node)))
            refuse(node, f"of {before} to {lengths}")
        return before


def _naming(node: Any, use: Callable[[Any], _Result]) -> _Result:
    """Use a node, and name it where that fails."""
    try:
        return use(node)
    except (KeyError, IndexError, ValueError) as error:
        refuse(node, f"that it cannot read ({error!r})")
