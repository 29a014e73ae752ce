"""Features of records that have no pictures; the digest is that of the features."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

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


def write_parts(features: Features, folder: Path, parts: int = 2) -> Path:
    """Write records as an artefact of so many files; return its folder, which exists."""
    for part in np.array_split(np.arange(len(features.label)), parts):
        pq.write_table(table_of(features.take(part)), folder / f"{part[0]:05}.parquet")
    return folder
