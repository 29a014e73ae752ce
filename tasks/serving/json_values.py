"""Values of JSON as tensors and back, as TensorFlow Serving's REST API maps them.

https://www.tensorflow.org/tfx/serving/api_rest, "JSON mapping". Messages are TensorFlow Serving's.
"""

import base64
import binascii
import json
from typing import Any

import numpy as np

from tasks.serving.errors import RequestError
from tasks.serving.signature import DTYPE_NAMES, DTYPES, Array, TensorSpec

_B64 = "b64"
_BYTES_SUFFIX = "_bytes"
_SHOWN = 100
#: Kinds of NumPy's types that a number of JSON may have, by that of the tensor.
_KINDS = {"f": "fiu", "i": "iu", "u": "iu", "b": "b"}
_TYPES = {type(None): "Null", bool: "Bool", dict: "Object", list: "Array", str: "String"}


def is_b64(value: Any) -> bool:
    """Return True if a value stands for bytes: ``{"b64": "..."}``."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get(_B64), str)


def to_tensor(value: Any, spec: TensorSpec) -> Array:
    """Return a value of JSON as a tensor of a signature's type, of any shape.

    Raises:
        RequestError: it is of another type, or its lists are not of one length.
    """
    return _texts(value, spec) if spec.is_bytes else _numbers(value, spec)


def to_json(tensor: Array, name: str) -> Any:
    """Return a tensor as a value of JSON.

    Args:
        tensor: of any shape.
        name: the client's; bytes whose name ends in ``_bytes`` become ``{"b64": "..."}``.
    """
    if tensor.dtype == object:
        return _text(tensor.tolist(), as_b64=name.endswith(_BYTES_SUFFIX))
    if tensor.dtype == np.float32:
        # The shortest decimals that stand for the same float32, as TensorFlow Serving writes.
        return tensor.astype(str).astype(np.float64).tolist()
    return tensor.tolist()


def _text(value: Any, *, as_b64: bool) -> Any:
    if isinstance(value, list):
        return [_text(one, as_b64=as_b64) for one in value]
    if as_b64:
        return {_B64: base64.b64encode(value).decode("ascii")}
    return value.decode("utf-8", "replace")


def _texts(value: Any, spec: TensorSpec) -> Array:
    shape: list[int] = []
    first = value
    while isinstance(first, list):
        shape.append(len(first))
        first = first[0] if first else None
    flat: list[bytes] = []
    _flatten(value, shape, spec, flat)
    tensor = np.empty(len(flat), object)
    tensor[:] = flat
    return tensor.reshape(shape)


def _flatten(value: Any, shape: list[int], spec: TensorSpec, flat: list[bytes]) -> None:
    """Append the texts of nested lists, which have to be of one shape."""
    if not shape:
        flat.append(_bytes(value, spec))
        return
    if not isinstance(value, list) or len(value) != shape[0]:
        found = len(value) if isinstance(value, list) else shown(value)
        raise RequestError(
            f"Encountered list at unexpected size: {found} expected size: {shape[0]}"
        )
    for one in value:
        _flatten(one, shape[1:], spec, flat)


def _bytes(value: Any, spec: TensorSpec) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if not isinstance(value, dict):
        raise _type_error(value, spec)
    if not is_b64(value):
        raise RequestError(f"JSON Value: {shown(value)} not formatted correctly for base64 data")
    try:
        return binascii.a2b_base64(value[_B64], strict_mode=True)
    except ValueError as error:
        raise RequestError(f"Unable to base64 decode: {error}") from None


def _numbers(value: Any, spec: TensorSpec) -> Array:
    wanted = np.dtype(DTYPES[spec.dtype])
    try:
        found = np.array(value)
    except ValueError:
        raise RequestError(
            f"JSON Value: {shown(value)} has lists of several sizes at one level, expected one"
        ) from None
    if found.size and found.dtype.kind not in _KINDS[wanted.kind]:
        raise _type_error(value, spec)
    tensor = found.astype(wanted)
    if wanted.kind in "iu" and not np.array_equal(tensor, found):
        raise _type_error(value, spec)
    return tensor


def _type_error(value: Any, spec: TensorSpec) -> RequestError:
    kind = _TYPES.get(type(value), "Number")
    expected = DTYPE_NAMES[spec.dtype].removeprefix("DT_").lower()
    return RequestError(
        f"JSON Value: {shown(value)} Type: {kind} is not of expected type: {expected}"
    )


def shown(value: Any) -> str:
    """Return the beginning of a value of JSON, for a message."""
    # A picture in the value has megabytes: only so much is written as will be shown.
    chunks, length = [], 0
    for chunk in json.JSONEncoder().iterencode(_cut(value)):
        chunks.append(chunk)
        length += len(chunk)
        if length > _SHOWN:
            return f"{''.join(chunks)[:_SHOWN]}..."
    return "".join(chunks)


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[: _SHOWN + 1]
    if isinstance(value, list):
        return [_cut(one) for one in value[: _SHOWN // 2]]
    if isinstance(value, dict):
        return {_cut(name): _cut(one) for name, one in list(value.items())[: _SHOWN // 2]}
    return value
