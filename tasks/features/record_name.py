"""The name of a record's picture, ``image/filename``, as both engines read and show it.

``jvm/RecordName.scala`` does the same, so that both write the same rows and the same errors.
"""

import hashlib
from collections.abc import Sequence

from tasks.datasets.example import IMAGE_ENCODED, IMAGE_FILENAME
from tasks.networks.tensorflow import import_example
from tasks.storage.shown import shown

# Longer than any path of a file system's that people use; TFRecord files may hold anything.
_MOST_STORED = 1024


def record_name(record: bytes) -> str:
    """Return the name in a serialised example; empty where it has none, or is no example.

    Bytes that are not UTF-8 are written in digits, and a name of more than 1,024 characters is cut.
    """
    values = _values(record, IMAGE_FILENAME)
    if len(values) != 1:
        return ""
    return values[0].decode("utf-8", "backslashreplace")[:_MOST_STORED]


def picture_digest(record: bytes) -> str:
    """Return the SHA-256 of the encoded picture of an example that has one, 64 hex digits."""
    (encoded,) = _values(record, IMAGE_ENCODED)
    return hashlib.sha256(encoded).hexdigest()


def origin(shard: str, number: int, name: str) -> str:
    """Return what messages call a record.

    >>> origin("flowers_train_00000-of-00001.tfrecord", 3, "daisy/1.jpg")
    'flowers_train_00000-of-00001.tfrecord, record 3 (daisy/1.jpg)'

    Args:
        shard: file name of its shard.
        number: its number in the shard, from 0.
        name: as ``record_name`` returns it; escaped here.
    """
    return f"{shard}, record {number}{f' ({shown(name)})' if name else ''}"


def _values(record: bytes, key: str) -> Sequence[bytes]:
    # The generated message class, not TensorFlow: but its package takes seconds to import.
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        features = import_example().FromString(record).features.feature
    except DecodeError:
        return ()
    if key not in features:
        return ()
    values: Sequence[bytes] = features[key].bytes_list.value
    return values
