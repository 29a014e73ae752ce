"""The constants of a network's graph as named weights, and checks of their values."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.networks.tensorflow import import_tensorflow

FloatArray = npt.NDArray[np.float32]


def check_finite(name: str, definition: Any) -> None:
    """Raise a ``DataError`` that names the first constant that is not finite.

    Args:
        name: of the model, for the message.
        definition: a ``GraphDef``.
    """
    for node, value in _constants(definition):
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            count = np.count_nonzero(~np.isfinite(value))
            raise DataError(
                f"{name}: the constant {node.name} holds NaN or infinity in {count:,} of "
                f"{value.size:,} values, expected finite numbers"
            )


def take_weights(definition: Any) -> tuple[Any, dict[str, FloatArray]]:
    """Return a graph without its arrays of float32, and those by the name of the node."""
    weights = {
        node.name: value
        for node, value in _constants(definition)
        if value.dtype == np.float32 and value.size > 1
    }
    kept = type(definition)(versions=definition.versions, library=definition.library)
    kept.node.extend(node for node in definition.node if node.name not in weights)
    return kept, weights


def in_scope(definition: Any, scope: str) -> Any:
    """Return a graph whose nodes have a scope before their names."""
    named = type(definition)()
    named.CopyFrom(definition)
    for node in named.node:
        node.name = f"{scope}/{node.name}"
        for i, name in enumerate(node.input):
            node.input[i] = f"{scope}/{name}"
    return named


def _constants(definition: Any) -> Iterator[tuple[Any, npt.NDArray[Any]]]:
    tf = import_tensorflow()
    for node in definition.node:
        if node.op == "Const":
            yield node, tf.make_ndarray(node.attr["value"].tensor)
