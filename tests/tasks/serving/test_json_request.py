"""Requests and answers of TensorFlow Serving's documentation, and its words for mistakes.

https://www.tensorflow.org/tfx/serving/api_rest
"""

import json
from typing import Any

import numpy as np
import pytest

from tasks.serving.errors import RequestError
from tasks.serving.json_request import format_answer, parse_request
from tasks.serving.signature import Signature, TensorSpec


def signature(**inputs: tuple[int, tuple[int, ...]]) -> dict[str, Signature]:
    specs = {name: TensorSpec(f"{name}:0", *given) for name, given in inputs.items()}
    return {"serving_default": Signature("serving_default", "predict", specs, {})}


TEXTS = signature(x=(7, (-1,)))
PAIRS = signature(x=(1, (-1, 1, 2)))
NAMED = signature(tag=(7, (-1,)), signal=(1, (-1, 5)), sensor=(1, (-1, 2, 2)))
ROWS: dict[str, Any] = {
    "instances": [
        {"tag": "foo", "signal": [1, 2, 3, 4, 5], "sensor": [[1, 2], [3, 4]]},
        {"tag": "bar", "signal": [3, 4, 1, 2, 5], "sensor": [[4, 5], [6, 8]]},
    ]
}
COLUMNS: dict[str, Any] = {
    "inputs": {
        "tag": ["foo", "bar"],
        "signal": [[1, 2, 3, 4, 5], [3, 4, 1, 2, 5]],
        "sensor": [[[1, 2], [3, 4]], [[4, 5], [6, 8]]],
    }
}


def parse(content: Any, signatures: dict[str, Signature]) -> Any:
    return parse_request(json.dumps(content).encode(), signatures)


def test_one_input_in_rows() -> None:
    texts = parse({"instances": ["foo", "bar", "baz"]}, TEXTS)
    assert texts.inputs["x"].tolist() == [b"foo", b"bar", b"baz"]
    assert (texts.rows, texts.in_rows) == (3, True)
    pairs = parse({"instances": [[[1, 2]], [[3, 4]]]}, PAIRS)
    assert pairs.inputs["x"].tolist() == [[[1, 2]], [[3, 4]]]
    encoded = parse({"instances": [{"b64": "aW1hZ2UgYnl0ZXM="}]}, TEXTS)
    assert encoded.inputs["x"].tolist() == [b"image bytes"]


def test_named_inputs_are_the_same_in_rows_and_columns() -> None:
    rows, columns = parse(ROWS, NAMED), parse(COLUMNS, NAMED)
    assert (rows.in_rows, columns.in_rows) == (True, False)
    assert rows.rows == columns.rows == 2
    for name, value in rows.inputs.items():
        np.testing.assert_array_equal(value, columns.inputs[name])


def test_one_input_in_columns() -> None:
    assert parse({"inputs": ["foo"]}, TEXTS).inputs["x"].tolist() == [b"foo"]


def test_inputs_of_several_sizes_are_no_rows() -> None:
    given = {"inputs": {**COLUMNS["inputs"], "tag": ["foo"]}}
    assert parse(given, NAMED).rows is None


def test_the_signature_is_the_one_that_is_named() -> None:
    other = Signature("other", "predict", TEXTS["serving_default"].inputs, {})
    both = {**TEXTS, "other": other}
    for name, found in (("other", "other"), ("", "serving_default")):
        request = parse({"signature_name": name, "instances": ["x"]}, both)
        assert request.signature.name == found


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "JSON Parse error: The document is empty"),
        (b"{", "JSON Parse error: Expecting property name enclosed in double quotes at offset: 1"),
        (b"\xff", "JSON Parse error: 'utf-8' codec can't decode byte 0xff"),
        (b"[" * 100_000, "JSON Parse error: maximum recursion depth exceeded"),
        (b"[1]", "JSON Value: [1] Is not object"),
        (b"{}", "Missing 'inputs' or 'instances' key"),
        (b'{"signature_name": 1}', "'signature_name' key must be a string value."),
        (
            b'{"signature_name": "z", "instances": [1]}',
            'Serving signature name: "z" not found in signature def, which has serving_default',
        ),
        (
            b'{"inputs": [], "instances": []}',
            "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist",
        ),
        (b'{"instances": 1}', "Expecting 'instances' to be a list/array"),
        (b'{"instances": []}', "No values in 'instances' array"),
        (
            b'{"instances": [1]}',
            "instances is a plain list, but expecting list of objects as multiple input tensors "
            "required as per tensorinfo_map: tag,signal,sensor",
        ),
        (
            b'{"instances": [{"tag": "a"}]}',
            'Failed to process element: 0 of \'instances\' list. JSON object: {"tag": "a"} keys '
            "must be equal to: tag,signal,sensor",
        ),
        (
            json.dumps({"instances": [ROWS["instances"][0], 1]}).encode(),
            "Expecting object but got list at item 1 of input list",
        ),
        (
            json.dumps({"instances": [{**ROWS["instances"][0], "tag": 5}]}).encode(),
            "Failed to process element: 0 key: tag of 'instances' list. Error: INVALID_ARGUMENT: "
            "JSON Value: 5 Type: Number is not of expected type: string",
        ),
        (
            json.dumps(
                {"instances": [ROWS["instances"][0], {**ROWS["instances"][1], "signal": [1]}]}
            ).encode(),
            "Failed to process element: 1 key: signal of 'instances' list. Error: "
            "INVALID_ARGUMENT: Expecting shape [5] but got: [1]",
        ),
        (
            b'{"inputs": [1]}',
            "inputs is a plain value/list, but expecting an object as multiple input tensors "
            "required as per tensorinfo_map: tag,signal,sensor",
        ),
        (b'{"inputs": {"tag": ["a"]}}', "Missing named input: signal in 'inputs' object."),
        (
            json.dumps({"inputs": {**COLUMNS["inputs"], "signal": [[1, 2]]}}).encode(),
            "signal has the shape [1, 2], expected [-1, 5], where -1 is any number",
        ),
    ],
)
def test_mistakes(body: bytes, message: str) -> None:
    with pytest.raises(RequestError) as error:
        parse_request(body, NAMED)
    assert str(error.value).startswith(message)
    assert error.value.status == 400


def test_answers_of_the_documentation() -> None:
    y = np.array([3.5, 4.0, 5.5], np.float32)
    assert format_answer({"y": y}, in_rows=True) == b'{"predictions": [3.5, 4.0, 5.5]}'
    assert format_answer({"y": y}, in_rows=False) == b'{"outputs": [3.5, 4.0, 5.5]}'
    both = {"y": y, "z_bytes": np.array([b"a", b"b", b"c"], object)}
    assert json.loads(format_answer(both, in_rows=True))["predictions"][1] == {
        "y": 4.0,
        "z_bytes": {"b64": "Yg=="},
    }
    assert json.loads(format_answer(both, in_rows=False)) == {
        "outputs": {
            "y": [3.5, 4.0, 5.5],
            "z_bytes": [{"b64": "YQ=="}, {"b64": "Yg=="}, {"b64": "Yw=="}],
        }
    }
