"""The signatures of a SavedModel: which tensors go in and which come out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import UnsupportedGraphError

#: The signature that is meant where a request names none.
DEFAULT_SIGNATURE = "serving_default"

#: NumPy's type by the number of TensorFlow's in ``types.proto``; bytes are objects.
DTYPES: dict[int, type] = {
    1: np.float32,
    2: np.float64,
    3: np.int32,
    4: np.uint8,
    5: np.int16,
    6: np.int8,
    7: object,
    9: np.int64,
    10: np.bool_,
    22: np.uint32,
    23: np.uint64,
}
#: TensorFlow's names of the same types.
DTYPE_NAMES = {
    1: "DT_FLOAT",
    2: "DT_DOUBLE",
    3: "DT_INT32",
    4: "DT_UINT8",
    5: "DT_INT16",
    6: "DT_INT8",
    7: "DT_STRING",
    9: "DT_INT64",
    10: "DT_BOOL",
    22: "DT_UINT32",
    23: "DT_UINT64",
}
DT_STRING = 7

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of a signature.

    Attributes:
        name: in the graph, such as ``image_bytes:0``.
        dtype: number of the type in TensorFlow's ``types.proto``.
        shape: its dimensions, -1 for an open one; None where even their number is open.
    """

    name: str
    dtype: int
    shape: tuple[int, ...] | None

    @property
    def is_bytes(self) -> bool:
        """True if it holds bytes or text."""
        return self.dtype == DT_STRING

    def accepts(self, shape: tuple[int, ...]) -> bool:
        """Return True if a value of a shape fits."""
        if self.shape is None:
            return True
        return len(shape) == len(self.shape) and all(
            own in (-1, given) for own, given in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True)
class Signature:
    """A signature: names of tensors as a client knows them.

    Attributes:
        name: such as ``serving_default``.
        method: name of the method, which TensorFlow Serving's metadata has.
        inputs: by the client's name.
        outputs: by the client's name.
    """

    name: str
    method: str
    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]

    @property
    def takes_batches(self) -> bool:
        """True if the first dimension of every tensor is open, so that requests can be joined."""
        specs = (*self.inputs.values(), *self.outputs.values())
        return all(spec.shape is None or spec.shape[:1] == (-1,) for spec in specs)


def read_signatures(definitions: Any) -> dict[str, Signature]:
    """Return the signatures of a ``MetaGraphDef.signature_def``, without TensorFlow's own.

    Raises:
        UnsupportedGraphError: a tensor is of a type that has no value in JSON.
    """
    return {
        name: Signature(
            name,
            definition.method_name,
            {key: _spec(name, key, info) for key, info in sorted(definition.inputs.items())},
            {key: _spec(name, key, info) for key, info in sorted(definition.outputs.items())},
        )
        for name, definition in sorted(definitions.items())
        if not name.startswith("__")
    }


def _spec(signature: str, key: str, info: Any) -> TensorSpec:
    if info.dtype not in DTYPES:
        raise UnsupportedGraphError(
            f"the signature {signature!r} has a tensor {key!r} of TensorFlow's type number "
            f"{info.dtype}, expected one of {', '.join(DTYPE_NAMES.values())}"
        )
    shape = info.tensor_shape
    dimensions = None if shape.unknown_rank else tuple(int(one.size) for one in shape.dim)
    return TensorSpec(info.name, info.dtype, dimensions)
