"""A model as it was given: one graph with the weights in it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Given:
    """A model's graph.

    Attributes:
        name: of the file or folder that the user gave, for messages.
        definition: the ``GraphDef``, variables replaced by constants.
    """

    name: str
    definition: Any


def frozen(name: str, function: Any) -> Given:
    """Return the graph of a TensorFlow 2 function, its variables replaced by their values.

    Args:
        name: of the file or folder, for messages.
        function: a ``ConcreteFunction``.
    """
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    constant = convert_variables_to_constants_v2(function)
    return Given(name, constant.graph.as_graph_def())
