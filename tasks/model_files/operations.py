"""Refusal of what in a model's graph is more than a function of a picture.

A graph of TensorFlow is a program. Files, processes and other machines are reached by operations
that have a state, that read or write text (a file's name is one), or that are listed here.
"""

from collections.abc import Iterable
from typing import Any

from tasks.errors import DataError

_PYTHON = "runs Python code"
_FILES = "reads or writes files"
_SENDS = "sends values elsewhere"
#: What an operation does that no model may do, wherever in its file it stands.
REFUSED = {
    **dict.fromkeys(("PyFunc", "PyFuncStateless", "EagerPyFunc"), _PYTHON),
    **dict.fromkeys(("ReadFile", "WriteFile", "MatchingFiles"), _FILES),
    **dict.fromkeys(("DebugIdentity", "DebugIdentityV2", "DebugIdentityV3"), _SENDS),
    **dict.fromkeys(("PrintV2", "RemoteCall"), _SENDS),
}
_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")
#: Have a state because what they call may have one, which is looked at as well.
_CALLS = ("Placeholder", "StatefulPartitionedCall", "If", "While", "Case")


def check_names(name: str, definition: Any) -> None:
    """Raise a ``DataError`` for a node of a graph or its functions that no model may have.

    Args:
        name: of the model, for the message.
        definition: a ``GraphDef``.
    """
    for node in _all_nodes(definition):
        if node.op in REFUSED:
            raise _refusal(name, node, REFUSED[node.op])


def check_pure(name: str, definition: Any) -> None:
    """Raise a ``DataError`` for a node that does more than compute numbers from numbers.

    Args:
        name: of the model, for the message.
        definition: the ``GraphDef`` between picture and feature.
    """
    check_names(name, definition)
    functions = {function.signature.name for function in definition.library.function}
    for node in _all_nodes(definition):
        if node.op not in functions:
            _check_node(name, node)


def _check_node(name: str, node: Any) -> None:
    from tensorflow.core.framework import types_pb2
    from tensorflow.python.framework import op_def_registry

    known = op_def_registry.get(node.op)
    if known is None:
        raise DataError(
            f"{name}: node {node.name} is a {node.op}, which TensorFlow does not have: expected "
            "TensorFlow's own operations"
        )
    if node.op in _VARIABLES:
        raise DataError(
            f"{name}: node {node.name} is a variable without its value: expected a frozen graph, "
            "whose variables are constants; or save the model as a SavedModel"
        )
    if known.is_stateful and node.op not in _CALLS:
        raise _refusal(name, node, "has a state or a side effect")
    types = [value.type for value in node.attr.values()]
    types += [each for value in node.attr.values() for each in value.list.type]
    types += [argument.type for argument in (*known.input_arg, *known.output_arg)]
    if types_pb2.DT_STRING in types:
        raise _refusal(name, node, "reads or writes text")


def _refusal(name: str, node: Any, does: str) -> DataError:
    return DataError(
        f"{name}: node {node.name} is a {node.op}, which {does}: a network may only compute "
        "numbers from a picture"
    )


def _all_nodes(definition: Any) -> Iterable[Any]:
    yield from definition.node
    for function in definition.library.function:
        yield from function.node_def
