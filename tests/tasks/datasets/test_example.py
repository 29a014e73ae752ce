"""The encoding of a record, against TensorFlow's own."""

import pytest

from tasks.datasets.example import IMAGE_ENCODED, LABEL, encode_example


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**31, 2**63 - 1, -1])
def test_an_example_is_what_tensorflow_writes(number: int) -> None:
    from tensorflow.core.example import example_pb2

    values: dict[str, bytes | int] = {
        "b": number,
        "a/bytes": b"\x00\xff" * 100,
        "a/empty": b"",
        "c": b"x" * 20_000,
    }
    example = example_pb2.Example()
    for key, value in values.items():
        if isinstance(value, bytes):
            example.features.feature[key].bytes_list.value.append(value)
        else:
            example.features.feature[key].int64_list.value.append(value)
    encoded = encode_example(values)
    assert example_pb2.Example.FromString(encoded) == example
    assert encoded == example.SerializeToString(deterministic=True)


def test_keys_are_written_in_order_whatever_order_they_come_in() -> None:
    assert encode_example({"b": 1, "a": b"x"}) == encode_example({"a": b"x", "b": 1})


def parse(payload: bytes) -> dict[str, list[bytes] | list[int]]:
    """Return a record's features as TensorFlow's message class reads them."""
    from tensorflow.core.example import example_pb2

    features = example_pb2.Example.FromString(payload).features.feature
    return {
        key: list(value.bytes_list.value or value.int64_list.value)
        for key, value in features.items()
    }


# A length of 127 fits one byte of a varint, 128 takes two, 16384 three.
@pytest.mark.parametrize("length", [1, 127, 128, 16383, 16384, 100_000])
def test_tensorflow_reads_strings_of_any_length(length: int) -> None:
    image = bytes(number % 251 for number in range(length))
    assert parse(encode_example({IMAGE_ENCODED: image})) == {IMAGE_ENCODED: [image]}


@pytest.mark.parametrize("value", [0, 2**63 - 1, -1, -(2**63)])
def test_tensorflow_reads_any_integer(value: int) -> None:
    assert parse(encode_example({LABEL: value})) == {LABEL: [value]}


def test_no_features_are_an_empty_record() -> None:
    assert parse(encode_example({})) == {}
