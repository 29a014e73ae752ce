"""Reader of a ``GraphDef``: nodes, what they read, who reads them, and small constants.

It needs TensorFlow's messages only, not its native library.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from tasks.errors import UnsupportedGraphError
from tasks.networks.tensorflow import import_graph_message

_INT32 = "<i4"
_NHWC = "NHWC"


class GraphReader:
    """Nodes of a graph by name, past nodes that change nothing.

    Args:
        content: a serialised ``GraphDef``, such as ``model.pb``.
    """

    def __init__(self, content: bytes) -> None:
        definition = import_graph_message().FromString(content)
        self._nodes = {node.name: node for node in definition.node}

    def __getitem__(self, name: str) -> Any:
        """Return the node of a name."""
        return self._nodes[name]

    def input(self, node: Any, index: int) -> Any:
        """Return the node behind an input."""
        return self._nodes[_name(node.input[index])]

    def source(self, node: Any, index: int) -> Any:
        """Return the node behind an input, past nodes that change nothing."""
        found = self.input(node, index)
        while found.op == "Identity":
            found = self.input(found, 0)
        return found

    def readers(self, node: Any) -> int:
        """Return how often a node is read, past nodes that change nothing but are read."""
        count = 0
        waiting = [node.name]
        while waiting:
            for reader, times in self._direct[waiting.pop()].items():
                if self._nodes[reader].op == "Identity" and reader in self._direct:
                    waiting.extend([reader] * times)
                else:
                    count += times
        return count

    def shape(self, node: Any, index: int) -> tuple[int, ...]:
        """Return the shape of the variable or constant behind an input.

        Raises:
            UnsupportedGraphError: it is neither.
        """
        found = self.source(node, index)
        if found.op == "VariableV2":
            return tuple(dim.size for dim in found.attr["shape"].shape.dim)
        return tuple(dim.size for dim in _tensor(found).tensor_shape.dim)

    def is_constant(self, node: Any) -> bool:
        """Return whether the values of a node are known before the graph runs."""
        return node.op in ("Const", "VariableV2")

    def require_finite(self, node: Any, index: int) -> None:
        """Refuse a node one of whose constants is not finite; variables are not in a graph.

        Raises:
            UnsupportedGraphError: a value is not finite, or the input is no constant.
        """
        found = self.source(node, index)
        if found.op == "VariableV2":
            return
        tensor = _tensor(found)
        values = np.frombuffer(tensor.tensor_content, "<f4"), np.asarray(tensor.float_val)
        if not all(np.isfinite(part).all() for part in values):
            refuse(node, f"with {found.name}, which is not finite")

    def lengths(self, reshape: Any) -> list[int]:
        """Return the lengths that a ``Reshape`` asks for; the first may be computed, as -1.

        Raises:
            UnsupportedGraphError: another one is computed.
        """
        wanted = self.source(reshape, 1)
        if wanted.op != "Pack":
            return self.ints(reshape, 1)
        given = [i for i, name in enumerate(wanted.input) if i and not name.startswith("^")]
        return [-1, *(self.ints(wanted, i)[0] for i in given)]

    def ints(self, node: Any, index: int) -> list[int]:
        """Return the values of the int32 constant behind an input.

        Raises:
            UnsupportedGraphError: it is no constant.
        """
        tensor = _tensor(self.source(node, index))
        size = int(np.prod([dim.size for dim in tensor.tensor_shape.dim], dtype=np.int64))
        if tensor.tensor_content:
            return [int(value) for value in np.frombuffer(tensor.tensor_content, _INT32)]
        # The last value stands for all that follow.
        values = list(tensor.int_val) or [0]
        return [*values, *[values[-1]] * (size - len(values))]

    @cached_property
    def _direct(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for node in self._nodes.values():
            for name in _names(node.input):
                found[name][node.name] += 1
        return found


def text(node: Any, attribute: str) -> str:
    """Return a text attribute."""
    return str(node.attr[attribute].s.decode())


def refuse(node: Any, what: str) -> NoReturn:
    """Raise the ``UnsupportedGraphError`` that the ``bigdl`` engine raises for a node."""
    raise UnsupportedGraphError(f"the bigdl engine cannot run node {node.name}, a {node.op} {what}")


def require_nhwc(node: Any) -> None:
    """Refuse a node whose channels come before height and width."""
    if "data_format" in node.attr and text(node, "data_format") != _NHWC:
        refuse(node, f"with data_format {text(node, 'data_format')}, expected {_NHWC}")


def _tensor(node: Any) -> Any:
    if node.op != "Const":
        refuse(node, "where a constant is expected")
    return node.attr["value"].tensor


def _names(inputs: Sequence[str]) -> Iterator[str]:
    return (_name(name) for name in inputs)


def _name(name: str) -> str:
    return name.removeprefix("^").partition(":")[0]
