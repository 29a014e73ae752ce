"""Parts of a dump's frozen graph that other graphs run: preprocessing and network.

The nodes are the dump's own. Large constants, the weights, become variables, which all signatures
of a SavedModel share.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.networks.tensorflow import import_tensorflow

# What is smaller is a size, an axis or a shape, which operations need as constants.
_LEAST_WEIGHTS = 256


class Part:
    """The nodes of a graph between two others.

    Args:
        definition: the ``GraphDef``.
        source: name of the node that callers feed.
        targets: names of the nodes that they get.
        variables: variables for weights, by the names of their constants; those that are missing
            are added. None: weights stay constants.
    """

    def __init__(
        self,
        definition: Any,
        source: str,
        targets: Sequence[str],
        variables: dict[str, Any] | None = None,
    ) -> None:
        self._source = source
        self._targets = list(targets)
        nodes = part_nodes(definition, source, targets)
        self._weights = {} if variables is None else _as_variables(nodes, variables)
        self._definition = import_tensorflow().compat.v1.GraphDef()
        self._definition.versions.CopyFrom(definition.versions)
        self._definition.library.CopyFrom(definition.library)
        self._definition.node.extend(n for n in nodes if n.name not in self._weights)

    def __call__(self, tensor: Any) -> list[Any]:
        """Add the nodes to the current graph, fed with ``tensor``; return the targets."""
        tf = import_tensorflow()
        read = {f"{n}:0": tf.convert_to_tensor(v) for n, v in self._weights.items()}
        return list(
            tf.graph_util.import_graph_def(
                self._definition,
                input_map={f"{self._source}:0": tensor, **read},
                return_elements=[f"{target}:0" for target in self._targets],
                name="",
            )
        )


def part_nodes(definition: Any, source: str, targets: Sequence[str]) -> list[Any]:
    """Return the nodes that ``targets`` are computed from, in the graph's order.

    ``source`` and what comes before it are left out.
    """
    nodes = {node.name: node for node in definition.node}
    needed: set[str] = set()
    waiting = list(targets)
    while waiting:
        name = waiting.pop()
        if name != source and name not in needed:
            needed.add(name)
            waiting.extend(node_name(given) for given in nodes[name].input)
    return [node for node in definition.node if node.name in needed]


def node_name(given: str) -> str:
    """Return the name of the node behind an input, such as ``split:1`` or ``^assert``."""
    return given.removeprefix("^").partition(":")[0]


def _as_variables(nodes: Sequence[Any], variables: dict[str, Any]) -> Mapping[str, Any]:
    """Return the variables of the nodes' weights, by name."""
    tf = import_tensorflow()
    found = {}
    for node in nodes:
        if node.op != "Const":
            continue
        tensor = node.attr["value"].tensor
        size = tf.TensorShape(tensor.tensor_shape).num_elements()
        if tf.as_dtype(tensor.dtype).is_floating and size >= _LEAST_WEIGHTS:
            if node.name not in variables:
                value = tf.make_ndarray(tensor)
                variables[node.name] = tf.Variable(value, trainable=False, name=node.name)
            found[node.name] = variables[node.name]
    return found
