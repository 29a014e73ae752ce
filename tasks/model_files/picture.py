"""The input of a model: one picture."""

from collections.abc import Sequence
from typing import Any

from tasks.errors import DataError, ParamsError
from tasks.model_files.given import Given
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.shown import shown

_SHOWN = 12
_CHANNELS = 3


def find_input(given: Given) -> Any:
    """Return the node of the one picture that a model takes.

    Raises:
        DataError: there is no input, there are several, or it is not float32.
    """
    found = [node for node in given.definition.node if node.op == "Placeholder"]
    if len(found) != 1:
        names = ", ".join(shown(node.name) for node in found[:_SHOWN]) or "none"
        raise DataError(f"{given.name} should take one input, a picture; found: {names}")
    dtype = import_tensorflow().as_dtype(found[0].attr["dtype"].type)
    if dtype.name != "float32":
        raise DataError(
            f"{given.name}: the input {found[0].name} is {dtype.name}, expected float32 pictures "
            "[n, height, width, 3]"
        )
    return found[0]


def input_size(given: Given, picture: Any, asked: int | None) -> int:
    """Return height and width of the input.

    Args:
        given: the model.
        picture: its input.
        asked: the param ``image_size``.

    Raises:
        DataError: the input is no picture of three channels, or not square.
        ParamsError: the size is open and not asked for, or another one is asked for.
    """
    shape = picture.attr["shape"].shape
    sides = [dimension.size for dimension in shape.dim]
    if "shape" not in picture.attr or shape.unknown_rank or not sides:
        sides = [-1, -1, -1, _CHANNELS]
    where = f"{given.name}: the input {picture.name} is {_shape(sides)}"
    if len(sides) != 4 or sides[3] not in (_CHANNELS, -1):
        raise DataError(f"{where}, expected [n, height, width, 3]")
    known = {side for side in sides[1:3] if side > 0}
    if len(known) > 1:
        raise DataError(f"{where}, expected a square picture")
    if not known and asked is None:
        raise ParamsError(f"{where}, whose size is open: give image_size, such as 224")
    if known and asked not in (None, *known):
        raise ParamsError(f"{where}, but image_size is {asked}: leave image_size empty")
    return next(iter(known), asked or 0)


def _shape(sides: Sequence[int]) -> str:
    return f"[{', '.join('?' if side < 0 else str(side) for side in sides)}]"
