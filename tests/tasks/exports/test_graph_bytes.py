import numpy as np

from tasks.exports.graph_bytes import GraphBytes
from tasks.networks.tensorflow import import_tensorflow


def of(data: bytes) -> GraphBytes:
    return GraphBytes(import_tensorflow().constant(data))


def test_numbers_in_both_orders_and_past_the_end() -> None:
    file = of(b"\x01\x02\x03\x04\xff")
    assert file.number(0, 2).numpy() == 0x0102
    assert file.number(0, 4, little=True).numpy() == 0x04030201
    # The last byte is there, the next is not.
    assert file.number(4, 2).numpy() == 0xFF00
    assert file.number(10**9, 4).numpy() == 0
    assert of(b"").number(0, 4).numpy() == 0


def test_texts() -> None:
    file = of(b"RIFF1234")
    assert file.has(0, b"RIFF").numpy()
    assert not file.has(1, b"RIFF").numpy()
    assert not file.has(6, b"34\x01").numpy()
    assert file.text(4, 100).numpy() == b"1234"
    assert file.text(100, 4).numpy() == b""


def test_a_table_ends_with_the_file() -> None:
    table = of(bytes(range(10))).table(2, 100, 3).numpy()
    np.testing.assert_array_equal(table, [[2, 3, 4], [5, 6, 7]])
