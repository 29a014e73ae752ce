"""Features of records that have no pictures; the digest is that of the features."""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.features.store import Features


def features_of(feature: npt.NDArray[np.float32], label: npt.NDArray[Any]) -> Features:
    """Return records in memory.

    Args:
        feature: ``[records, feature_size]``.
        label: from 0, ``[records]``.
    """
    digests = [hashlib.sha256(row.tobytes()).hexdigest() for row in feature]
    return Features(feature, label.astype(np.int32), np.array(digests, np.bytes_))


def table_of(features: Features) -> pa.Table:
    """Return records as a file of features has them, but for the names."""
    columns = {
        "label": features.label,
        "digest": [text.decode() for text in features.digest],
        "feature": pa.array(list(features.feature), pa.list_(pa.float32())),
    }
    return pa.table(columns)
