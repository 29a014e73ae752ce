"""The nodes of a network that are worth comparing when two engines differ."""

from typing import Any

from tasks.networks.tensorflow import import_tensorflow

_MAIN = ("Relu", "Relu6", "Add", "AddV2", "ConcatV2", "MaxPool", "AvgPool", "BiasAdd")
_MOST = 40


def main_nodes(definition: Any) -> list[str]:
    """Return the names of nodes whose outputs are maps of channels, first to last.

    Args:
        definition: the ``GraphDef`` from picture to feature, in the order of computation.
    """
    tf = import_tensorflow()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        found = [
            operation.name
            for operation in graph.get_operations()
            if operation.type in _MAIN and operation.outputs[0].shape.rank == 4
        ]
    step = -(-len(found) // _MOST) or 1
    # From the end: the last one is the nearest to the features.
    return found[::-step][::-1]
