"""Requests and answers of ``:predict``, as TensorFlow Serving's REST API has them.

https://www.tensorflow.org/tfx/serving/api_rest, "Predict API". Messages are TensorFlow Serving's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.serving.errors import RequestError
from tasks.serving.json_values import is_b64, shown, to_json, to_tensor
from tasks.serving.signature import DEFAULT_SIGNATURE, Array, Signature

_ROWS = "instances"
_COLUMNS = "inputs"


@dataclass(frozen=True)
class PredictRequest:
    """A request that was read.

    Attributes:
        signature: that it asks for.
        inputs: a value for every input of the signature.
        in_rows: True if it has ``instances``, False if it has ``inputs``.
    """

    signature: Signature
    inputs: dict[str, Array]
    in_rows: bool

    @property
    def rows(self) -> int | None:
        """The size that the first dimension of all inputs has; None if they have several."""
        sizes = {value.shape[0] if value.ndim else None for value in self.inputs.values()}
        return sizes.pop() if len(sizes) == 1 else None


def parse_request(body: bytes, signatures: Mapping[str, Signature]) -> PredictRequest:
    """Return the request in a body.

    Args:
        body: JSON.
        signatures: of the model, by name.

    Raises:
        RequestError: it is no JSON, or not such a request.
    """
    content = _object(body)
    signature = _signature(content, signatures)
    if (_ROWS in content) == (_COLUMNS in content):
        if _ROWS in content:
            raise RequestError(
                f"Not formatted correctly expecting only one of '{_COLUMNS}' or '{_ROWS}' keys to "
                "exist"
            )
        raise RequestError(f"Missing '{_COLUMNS}' or '{_ROWS}' key")
    in_rows = _ROWS in content
    read = _from_rows if in_rows else _from_columns
    inputs = read(content[_ROWS if in_rows else _COLUMNS], signature)
    _check_shapes(inputs, signature)
    return PredictRequest(signature, inputs, in_rows)


def format_answer(outputs: Mapping[str, Array], *, in_rows: bool) -> bytes:
    """Return the body of an answer.

    Args:
        outputs: all those of the signature.
        in_rows: True for the answer to ``instances``.
    """
    values = {name: to_json(value, name) for name, value in outputs.items()}
    if len(values) == 1:
        (only,) = values.values()
        return _body("predictions" if in_rows else "outputs", only)
    if not in_rows:
        return _body("outputs", values)
    rows = zip(*values.values(), strict=True)
    return _body("predictions", [dict(zip(values, row, strict=True)) for row in rows])


def _body(key: str, value: Any) -> bytes:
    return json.dumps({key: value}).encode("utf-8")


def _object(body: bytes) -> dict[str, Any]:
    if not body:
        raise RequestError("JSON Parse error: The document is empty")
    try:
        content = json.loads(body)
    except json.JSONDecodeError as error:
        raise RequestError(f"JSON Parse error: {error.msg} at offset: {error.pos}") from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RequestError(f"JSON Parse error: {error}") from None
    if not isinstance(content, dict):
        raise RequestError(f"JSON Value: {shown(content)} Is not object")
    return content


def _signature(content: Mapping[str, Any], signatures: Mapping[str, Signature]) -> Signature:
    name = content.get("signature_name", DEFAULT_SIGNATURE)
    if not isinstance(name, str):
        raise RequestError("'signature_name' key must be a string value.")
    found = signatures.get(name or DEFAULT_SIGNATURE)
    if found is None:
        raise RequestError(
            f'Serving signature name: "{name}" not found in signature def, which has '
            f"{', '.join(signatures)}"
        )
    return found


def _from_rows(rows: Any, signature: Signature) -> dict[str, Array]:
    if not isinstance(rows, list):
        raise RequestError(f"Expecting '{_ROWS}' to be a list/array")
    if not rows:
        raise RequestError(f"No values in '{_ROWS}' array")
    if not _is_object(rows[0]):
        if len(signature.inputs) > 1:
            raise RequestError(
                f"{_ROWS} is a plain list, but expecting list of objects as multiple input tensors "
                f"required as per tensorinfo_map: {_names(signature)}"
            )
        return _stacked([dict.fromkeys(signature.inputs, row) for row in rows], signature)
    return _stacked(
        [_named_row(number, row, signature) for number, row in enumerate(rows)], signature
    )


def _named_row(number: int, row: Any, signature: Signature) -> dict[str, Any]:
    if not _is_object(row):
        raise RequestError(f"Expecting object but got list at item {number} of input list")
    if row.keys() != signature.inputs.keys():
        raise RequestError(
            f"Failed to process element: {number} of '{_ROWS}' list. JSON object: {shown(row)} "
            f"keys must be equal to: {_names(signature)}"
        )
    return dict(row)


def _stacked(rows: list[dict[str, Any]], signature: Signature) -> dict[str, Array]:
    inputs = {}
    for name, spec in signature.inputs.items():
        values: list[Array] = []
        for number, row in enumerate(rows):
            try:
                values.append(_like_first(to_tensor(row[name], spec), values))
            except RequestError as error:
                raise RequestError(
                    f"Failed to process element: {number} key: {name} of '{_ROWS}' list. "
                    f"Error: INVALID_ARGUMENT: {error}"
                ) from None
        inputs[name] = np.stack(values)
    return inputs


def _like_first(value: Array, values: list[Array]) -> Array:
    if values and value.shape != values[0].shape:
        raise RequestError(f"Expecting shape {list(values[0].shape)} but got: {list(value.shape)}")
    return value


def _from_columns(columns: Any, signature: Signature) -> dict[str, Array]:
    if not _is_object(columns):
        if len(signature.inputs) > 1:
            raise RequestError(
                f"{_COLUMNS} is a plain value/list, but expecting an object as multiple input "
                f"tensors required as per tensorinfo_map: {_names(signature)}"
            )
        columns = dict.fromkeys(signature.inputs, columns)
    for name in signature.inputs:
        if name not in columns:
            raise RequestError(f"Missing named input: {name} in '{_COLUMNS}' object.")
    return {name: to_tensor(columns[name], spec) for name, spec in signature.inputs.items()}


def _check_shapes(inputs: Mapping[str, Array], signature: Signature) -> None:
    for name, value in inputs.items():
        spec = signature.inputs[name]
        if not spec.accepts(value.shape):
            raise RequestError(
                f"{name} has the shape {list(value.shape)}, expected {list(spec.shape or ())}, "
                "where -1 is any number"
            )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not is_b64(value)


def _names(signature: Signature) -> str:
    return ",".join(signature.inputs)
