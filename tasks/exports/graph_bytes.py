"""Bytes of a file as a TensorFlow graph reads them: numbers and texts at places."""

from typing import Any

from tasks.networks.tensorflow import import_tensorflow

_PADDING = 16


class GraphBytes:
    """A string scalar that is read like a file; what lies past its end is zeros.

    Args:
        data: a string scalar tensor.
    """

    def __init__(self, data: Any) -> None:
        tf = import_tensorflow()
        self.data = data
        self.size = tf.strings.length(data)
        raw = tf.io.decode_raw(data, tf.uint8)
        self._raw = tf.concat([raw, tf.zeros([_PADDING], tf.uint8)], 0)

    def bytes_at(self, place: Any, length: int) -> Any:
        """Return ``length`` bytes from ``place`` on, int64 ``[length]``."""
        tf = import_tensorflow()
        places = tf.clip_by_value(tf.cast(place, tf.int32) + tf.range(length), 0, self.size)
        return tf.cast(tf.gather(self._raw, places), tf.int64)

    def number(self, place: Any, length: int, *, little: Any = False) -> Any:
        """Return the unsigned number in ``length`` bytes at ``place``, an int64 scalar.

        Args:
            place: of its first byte.
            length: in bytes, at most 4.
            little: whether the lowest byte comes first; may be a bool tensor.
        """
        tf = import_tensorflow()
        found = self.bytes_at(place, length)
        ordered = tf.where(little, found, tf.reverse(found, [0]))
        return tf.reduce_sum(ordered * tf.constant([256**i for i in range(length)], tf.int64))

    def has(self, place: Any, text: bytes) -> Any:
        """Return whether ``text`` stands at ``place``, a bool scalar."""
        tf = import_tensorflow()
        expected = tf.constant(list(text), tf.int64)
        return tf.reduce_all(self.bytes_at(place, len(text)) == expected)

    def table(self, place: Any, rows: Any, columns: int) -> Any:
        """Return ``rows`` times ``columns`` bytes from ``place`` on, int64 ``[rows, columns]``.

        Rows past the end are left out.
        """
        tf = import_tensorflow()
        start = tf.clip_by_value(tf.cast(place, tf.int32), 0, self.size)
        there = tf.minimum(tf.cast(rows, tf.int32), (self.size - start) // columns)
        cut = tf.cast(self._raw[start : start + there * columns], tf.int64)
        return tf.reshape(cut, [there, columns])

    def text(self, place: Any, length: Any) -> Any:
        """Return ``length`` bytes from ``place`` on as a string scalar, fewer at the end."""
        tf = import_tensorflow()
        start = tf.clip_by_value(tf.cast(place, tf.int32), 0, self.size)
        return tf.strings.substr(self.data, start, tf.maximum(tf.cast(length, tf.int32), 0))
