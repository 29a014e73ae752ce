from typing import Any

import numpy as np

from tasks.exports.items import map_items
from tasks.networks.tensorflow import import_tensorflow


def halves(*numbers: int) -> tuple[Any, Any]:
    """Return which numbers are even, and half of each of them."""
    tf = import_tensorflow()

    def half(number: Any) -> tuple[Any]:
        with tf.control_dependencies([tf.debugging.Assert(number % 2 == 0, [number])]):
            return (tf.fill([2], number // 2),)

    graph = tf.function(lambda given: map_items(half, (given,), tf.size(given)))
    found, (values,) = graph(tf.constant(numbers, tf.int32))
    return found.numpy().tolist(), values.numpy()


def test_items_that_fail_are_zeros_at_their_places() -> None:
    found, values = halves(2, 3, 8)
    assert found == [True, False, True]
    np.testing.assert_array_equal(values, [[1, 1], [0, 0], [4, 4]])


def test_all_fail() -> None:
    found, values = halves(1, 3)
    assert found == [False, False]
    assert not values.any()


def test_none_at_all() -> None:
    found, values = halves()
    assert (found, values.shape) == ([], (0, 2))
