"""A batch whose items may fail one by one, in the graph.

An operation that fails ends the whole run of a TensorFlow graph. Only data sets, ``tf.data`` inside
the graph, can leave items out that failed.
"""

from collections.abc import Callable
from typing import Any

from tasks.networks.tensorflow import import_tensorflow


def map_items(
    function: Callable[..., tuple[Any, ...]], inputs: tuple[Any, ...], count: Any
) -> tuple[Any, tuple[Any, ...]]:
    """Return which items a function succeeded on, bool ``[count]``, and its results.

    The results of an item that failed are zeros.

    Args:
        function: takes the tensors of one item; returns tensors whose shapes are known.
        inputs: tensors ``[count, ...]``.
        count: how many items there are, an int32 scalar.
    """
    tf = import_tensorflow()
    numbers = tf.range(count)
    items = tf.data.Dataset.from_tensor_slices((numbers, *inputs))
    results = items.map(
        lambda number, *item: (number, *function(*item)),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
    kept = results.ignore_errors()
    # An item of its own at the end, so that there is one where all others failed.
    _, *specs = results.element_spec
    empty = [tf.zeros([1, *spec.shape], spec.dtype) for spec in specs]
    last = tf.data.Dataset.from_tensor_slices((tf.reshape(count, [1]), *empty))
    batch = kept.concatenate(last).batch(tf.cast(count, tf.int64) + 1)
    places, *values = batch.get_single_element()
    found = tf.scatter_nd(places[:, None], tf.ones_like(places), [count + 1])[:count] > 0
    return found, tuple(_at_places(value, places, count) for value in values)


def _at_places(values: Any, places: Any, count: Any) -> Any:
    tf = import_tensorflow()
    shape = tf.concat([[count + 1], tf.shape(values)[1:]], 0)
    scattered = tf.scatter_nd(places[:, None], values, shape)[:count]
    scattered.set_shape([None, *values.shape[1:]])
    return scattered
