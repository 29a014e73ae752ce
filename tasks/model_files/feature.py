"""The search for the node of a model whose values are the features."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tasks.errors import DataError
from tasks.model_files.given import Given
from tasks.storage.shown import shown

_SHOWN = 12
_REDUCTIONS = ("Mean", "Max")
_POOLS = ("AvgPool", "MaxPool")
# Give a tensor's shape alone, or are the same values once more.
_OF_SHAPE = ("Shape", "ShapeN", "Rank", "Size")
_SAME = ("Identity", "IdentityN", "Reshape", "Squeeze", "StopGradient", "NoOp")


def find_feature(given: Given, picture: Any, wanted: str | None) -> Any:
    """Return the operation whose output is the features.

    Without ``wanted`` it is the last pooling of whole pictures that everything behind it depends
    on, or the model's output if that is a map ``[n, height, width, channels]``.

    Args:
        given: the model, for its name.
        picture: operation of the input, in the graph with the model.
        wanted: the param ``feature_node``: a node, or a Keras layer.

    Raises:
        DataError: there is no such node, or none that is sure to be meant.
    """
    operations = list(_behind(picture))
    crossings = list(_crossings(operations))
    if wanted is not None:
        found = _named(operations, wanted)
        problem = f"has no node {shown(wanted)} behind its input" if found is None else ""
    else:
        pooled = [operation for operation in crossings if _is_pooled(operation)]
        last = crossings[-1:] if crossings and _is_map(crossings[-1]) else []
        found = next(iter([*pooled[::-1], *last]), None)
        problem = "has no pooled node" if found is None else ""
    if problem:
        raise DataError(
            f"{given.name} {problem}: give as feature_node one of {_candidates(crossings)}"
        )
    _check_feature(given.name, found, crossings)
    return found


def _behind(picture: Any) -> Iterator[Any]:
    """Yield the input and what depends on its values, in the order of the graph."""
    reached = {picture.name}
    for operation in picture.graph.get_operations():
        if operation.type in _OF_SHAPE:
            continue
        if operation is picture or any(t.op.name in reached for t in operation.inputs):
            reached.add(operation.name)
            yield operation


def _crossings(operations: Sequence[Any]) -> Iterator[Any]:
    """Yield the operations that every way from the input to an output goes through."""
    place = {operation.name: number for number, operation in enumerate(operations)}
    farthest = 0
    for number, operation in enumerate(operations):
        if number and farthest <= number:
            yield operation
        readers = [place.get(r.name, 0) for t in operation.outputs for r in t.consumers()]
        farthest = max(farthest, *(readers or [len(operations)]))


def _named(operations: Sequence[Any], wanted: str) -> Any:
    """Return the node of a name, or the last one of a Keras layer of that name."""
    wanted = wanted.removesuffix(":0")
    exact = [operation for operation in operations if operation.name == wanted]
    # Keras numbers the scopes of a layer that is called again.
    layer = re.compile(rf"(?:.*/)?{re.escape(wanted)}(?:_\d+)?/.*", re.DOTALL)
    scoped = [o for o in operations if layer.fullmatch(o.name) and o.type not in ("Identity",)]
    return next(iter([*exact, *scoped[::-1]]), None)


def _is_pooled(operation: Any) -> bool:
    if operation.type not in (*_REDUCTIONS, *_POOLS):
        return False
    before, after = (t.shape for t in (operation.inputs[0], operation.outputs[0]))
    if before.rank != 4 or after.rank not in (2, 4) or before[3] != after[-1]:
        return False
    if operation.type in _REDUCTIONS and after.rank == 2:
        return True
    return list(after[1:3]) == [1, 1] != list(before[1:3])


def _is_map(operation: Any) -> bool:
    shape = operation.outputs[0].shape if operation.outputs else None
    return shape is not None and shape.rank == 4 and None not in list(shape[1:])


def _check_feature(name: str, operation: Any, crossings: Sequence[Any]) -> None:
    output = operation.outputs[0]
    shape = output.shape
    usable = shape.rank in (2, 4) and None not in list(shape[1:]) and output.dtype.name == "float32"
    if not usable:
        found = f"{output.dtype.name} {shape}"
        raise DataError(
            f"{name}: the node {operation.name} is {found}, expected float32 [n, features], "
            "[n, 1, 1, features] or [n, height, width, channels]; give as feature_node one of "
            f"{_candidates(crossings)}"
        )


def _candidates(crossings: Sequence[Any]) -> str:
    usable = [
        f"{shown(o.name)} {[*o.outputs[0].shape[1:]]}"
        for o in crossings
        if o.type not in _SAME and o.outputs and o.outputs[0].shape.rank in (2, 4)
    ]
    return ", ".join(usable[-_SHOWN:]) or "none"
