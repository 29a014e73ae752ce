import pytest

from tasks.datasets.example import encode_example


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**31, 2**63 - 1, -1])
def test_an_example_is_what_tensorflow_writes(number: int) -> None:
    from tensorflow.core.example import example_pb2

    values = {"b": number, "a/bytes": b"\x00\xff" * 100, "a/empty": b"", "c": b"x" * 20_000}
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
