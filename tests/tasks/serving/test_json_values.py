import json
from typing import Any

import numpy as np
import pytest

from tasks.serving.errors import RequestError
from tasks.serving.json_values import is_b64, shown, to_json, to_tensor
from tasks.serving.signature import TensorSpec

FLOAT, INT, TEXT, BOOL = (TensorSpec("x:0", dtype, None) for dtype in (1, 9, 7, 10))


@pytest.mark.parametrize(
    ("value", "spec", "tensor"),
    [
        ([[1, 2.5], [3, 4]], FLOAT, np.array([[1, 2.5], [3, 4]], np.float32)),
        (7, FLOAT, np.array(7, np.float32)),
        ([1, -2], INT, np.array([1, -2], np.int64)),
        ([True, False], BOOL, np.array([True, False])),
        (["a", {"b64": "AP8="}], TEXT, np.array([b"a", b"\x00\xff"], object)),
        ([["ä"], ["b"]], TEXT, np.array([["ä".encode()], [b"b"]], object)),
        (float("inf"), FLOAT, np.array(np.inf, np.float32)),
    ],
)
def test_values_become_tensors(value: Any, spec: TensorSpec, tensor: Any) -> None:
    found = to_tensor(value, spec)
    assert found.dtype == tensor.dtype
    assert found.shape == tensor.shape
    assert (found == tensor).all()


@pytest.mark.parametrize(
    ("value", "spec", "message"),
    [
        ([1, "x"], FLOAT, 'JSON Value: [1, "x"] Type: Array is not of expected type: float'),
        ("x", FLOAT, 'JSON Value: "x" Type: String is not of expected type: float'),
        (True, FLOAT, "JSON Value: true Type: Bool is not of expected type: float"),
        (None, FLOAT, "JSON Value: null Type: Null is not of expected type: float"),
        ([1.5], INT, "JSON Value: [1.5] Type: Array is not of expected type: int64"),
        ([[1], [1, 2]], INT, "JSON Value: [[1], [1, 2]] has lists of several sizes at one level"),
        ([1], TEXT, "JSON Value: 1 Type: Number is not of expected type: string"),
        ([{"b64": "a?"}], TEXT, "Unable to base64 decode: "),
        ([{"b": "a"}], TEXT, 'JSON Value: {"b": "a"} not formatted correctly for base64 data'),
        ([["a"], ["b", "c"]], TEXT, "Encountered list at unexpected size: 2 expected size: 1"),
        ([["a"], "b"], TEXT, 'Encountered list at unexpected size: "b" expected size: 1'),
    ],
)
def test_other_values_are_refused(value: Any, spec: TensorSpec, message: str) -> None:
    with pytest.raises(RequestError) as error:
        to_tensor(value, spec)
    assert str(error.value).startswith(message)
    assert error.value.status == 400


def test_a_number_that_does_not_fit_its_type() -> None:
    with pytest.raises(RequestError, match=r"JSON Value: 300 Type: Number is not .*: uint8"):
        to_tensor(300, TensorSpec("x:0", 4, None))


def test_tensors_become_values() -> None:
    # As TensorFlow Serving writes a float32, not as the double 0.10000000149011612.
    assert json.dumps(to_json(np.array([0.1, 1], np.float32), "scores")) == "[0.1, 1.0]"
    assert to_json(np.array([[1, 2]], np.int64), "x") == [[1, 2]]
    assert to_json(np.array([b"a\xff"], object), "classes") == ["a\ufffd"]
    assert to_json(np.array([b"a\xff"], object), "image_bytes") == [{"b64": "Yf8="}]


def test_only_an_object_with_b64_alone_stands_for_bytes() -> None:
    assert is_b64({"b64": ""})
    assert not is_b64({"b64": "", "x": ""})
    assert not is_b64({"b64": 1})
    assert not is_b64("b64")


def test_a_message_shows_the_beginning_of_a_value() -> None:
    assert shown({"b64": "A" * 10**6}) == '{"b64": "' + "A" * 91 + "..."
    assert shown([[0] * 1000] * 1000).endswith("...")
    assert shown([1, None]) == "[1, null]"
