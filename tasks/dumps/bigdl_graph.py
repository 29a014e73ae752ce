"""What the ``bigdl`` engine runs of a graph, told without a JVM.

``jvm/Layers.scala`` is the engine's own knowledge; ``tests/tasks/features/test_operations.py`` has
both judge the same graphs. This follows every tensor's shape from the image batch to the features.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tasks.dumps.graph import NODES, Nodes
from tasks.dumps.graph_reader import GraphReader, refuse, text
from tasks.dumps.window import Shape, window_of
from tasks.errors import UnsupportedGraphError

_Result = TypeVar("_Result")

_NHWC = "NHWC"
_CHANNEL_AXES = (3, -1)
_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")
#: What multiplies or shifts every channel, and joins the convolution before it.
_PER_CHANNEL = ("BiasAdd", "FusedBatchNorm")
_RECTIFIERS = ("Relu", "Relu6")


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
        self._shapes = {image_batch: images}
        self._kinds: dict[str, Callable[[Any], Shape]] = {
            "Identity": self._before,
            **dict.fromkeys(_RECTIFIERS, self._before),
            **dict.fromkeys(_CONVOLUTIONS, self._affine),
            **dict.fromkeys(_PER_CHANNEL, self._per_channel),
            "Add": self._sum,
            "ConcatV2": self._concatenation,
            "MaxPool": self._max_pool,
            "AvgPool": self._average_pool,
            "Mean": self._mean,
            **dict.fromkeys(("Squeeze", "Reshape"), self._flat),
        }

    def follow(self, feature: str) -> None:
        """Judge all that a node depends on; no recursion, as networks are hundreds of nodes deep.

        Raises:
            UnsupportedGraphError: the engine refuses a node.
        """
        waiting = [feature]
        while waiting:
            node = self._graph[waiting[-1]]
            missing = [] if node.name in self._shapes else self._missing(node)
            if missing:
                waiting.extend(reversed(missing))
                continue
            if node.name not in self._shapes:
                self._shapes[node.name] = _naming(node, self._kinds[node.op])
            waiting.pop()

    def _missing(self, node: Any) -> list[str]:
        _require_nhwc(node)
        if node.op not in self._kinds:
            refuse(node, "in the network")
        needed = _naming(node, self._inputs)
        return [name for name in needed if name not in self._shapes]

    def _inputs(self, node: Any) -> list[str]:
        """Return the nodes whose outputs the layer of a node reads."""
        count = {"Add": 2, "ConcatV2": len(node.input) - 1}.get(node.op, 1)
        reader = node
        if self._is_convolution(node):
            reader = self._folded(node)[-1]
            reader = self._pad_before(reader) or reader
        elif node.op == "MaxPool":
            reader = self._max_pool_pad(node) or node
        return [self._graph.input(reader, index).name for index in range(count)]

    def _shape(self, node: Any, index: int = 0) -> Shape:
        return self._shapes[self._graph.input(node, index).name]

    def _before(self, node: Any) -> Shape:
        return self._shape(node)

    def _is_convolution(self, node: Any) -> bool:
        """Return whether a node ends with a convolution that takes it in."""
        while node.op in _PER_CHANNEL:
            node = self._graph.source(node, 0)
            if self._graph.readers(node) != 1:
                return False
        return node.op in _CONVOLUTIONS

    def _folded(self, node: Any) -> list[Any]:
        """Return a node and those before it up to the convolution that takes them in."""
        found = [node]
        while found[-1].op not in _CONVOLUTIONS:
            found.append(self._graph.source(found[-1], 0))
        return found

    def _pad_before(self, node: Any) -> Any | None:
        before = self._graph.source(node, 0)
        return before if before.op == "Pad" else None

    def _per_channel(self, node: Any) -> Shape:
        if node.attr["is_training"].b:
            refuse(node, "with is_training")
        if self._is_convolution(node):
            return self._affine(node)
        before = self._shape(node)
        self._require_values(node, before.channels)
        return before

    def _require_values(self, node: Any, channels: int) -> None:
        """Refuse a shift that has neither one value for all channels nor one for each."""
        for index in range(1, 2 if node.op == "BiasAdd" else 5):
            values = _product(self._graph.shape(node, index))
            if node.op == "BiasAdd" and values not in (1, channels):
                refuse(node, f"with {values} values for {channels} channels")

    def _affine(self, node: Any) -> Shape:
        *shifts, convolution = self._folded(node)
        _, _, inputs, outputs = self._graph.shape(convolution, 1)
        channels = inputs * outputs if convolution.op != "Conv2D" else outputs
        for shift in reversed(shifts):
            self._require_values(shift, channels)
        pad = self._pad_before(convolution)
        before = self._shape(pad or convolution)
        window = window_of(convolution, self._graph, before, pad)
        _require_nhwc(convolution)
        if any(length != 1 for length in convolution.attr["dilations"].list.i):
            refuse(convolution, "with dilations")
        if inputs != before.channels:
            refuse(convolution, f"of {before}")
        return window.output(before, channels)

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
        pad = self._pad_before(node)
        if pad is None or self._graph.source(pad, 0).op not in _RECTIFIERS:
            return None
        return pad

    def _max_pool(self, node: Any) -> Shape:
        pad = self._max_pool_pad(node)
        before = self._shape(pad or node)
        return window_of(node, self._graph, before, pad).output(before, before.channels)

    def _average_pool(self, node: Any) -> Shape:
        before = self._shape(node)
        window = window_of(node, self._graph, before, None)
        if any(vars(window.pads).values()) and not window.is_centred:
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


def _require_nhwc(node: Any) -> None:
    if "data_format" in node.attr and text(node, "data_format") != _NHWC:
        refuse(node, f"with data_format {text(node, 'data_format')}, expected {_NHWC}")


def _product(lengths: Sequence[int]) -> int:
    product = 1
    for length in lengths:
        product *= length
    return product


def _naming(node: Any, use: Callable[[Any], _Result]) -> _Result:
    """Use a node, and name it where that fails."""
    try:
        return use(node)
    except (KeyError, IndexError, ValueError) as error:
        refuse(node, f"that it cannot read ({error!r})")
