"""The records that are checked: who they are, and the features of as many as fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.features.feature_set import FeatureSet
from tasks.features.store import feature_matrix
from tasks.training.folds import fold_of

#: The most bytes of features in memory; of more, records are chosen by their digests.
MOST_BYTES = 512 * 2**20

_IDENTITY = ("shard", "record", "name", "digest", "label")
_FLOAT32_BYTES = 4
_PARTS = 10_000
_NOWHERE = Path()


@dataclass(frozen=True)
class Records:
    """Records, in the order of splits, shards and numbers.

    Attributes:
        split, shard, record, name, digest: of each, ``[records]``.
        label: from 0, int64 ``[records]``.
        row: number of each record that has a feature here, ascending, int64 ``[featured]``.
        feature: float32 ``[featured, features]``.
    """

    split: list[str]
    shard: list[str]
    record: list[int]
    name: list[str]
    digest: list[str]
    label: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    feature: npt.NDArray[np.float32]

    def digests(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bytes_]:
        """Return the digests of some records, as ``fold_of`` takes them."""
        return np.array([self.digest[row] for row in rows], np.bytes_)


def collect_records(
    tables: Mapping[str, Iterable[Any]],
    left_out: Mapping[str, Mapping[str, frozenset[int]]],
    count: int,
) -> Records:
    """Return the records in tables of features.

    Args:
        tables: Arrow tables of features in reading order, by split.
        left_out: numbers of the records left out, by split and shard.
        count: about how many records there are.

    Raises:
        KeyError: a table lacks a column; an older version wrote it.
    """
    identities: dict[str, list[Any]] = {name: [] for name in ("split", *_IDENTITY)}
    rows, features = [], []
    seen = 0
    for split, each in tables.items():
        chosen = FeatureSet(_NOWHERE, left_out.get(split, {}))
        for table in each:
            kept = chosen.of_table(table)
            identities["split"] += [split] * kept.num_rows
            for name in _IDENTITY:
                identities[name] += kept[name].to_pylist()
            feature = feature_matrix(kept) if kept.num_rows else None
            if feature is not None:
                some = _fitting(kept["digest"].to_pylist(), feature.shape[1], count)
                rows.append(seen + some)
                features.append(feature[some])
            seen += kept.num_rows
    label = np.array(identities.pop("label"), np.int64)
    row = np.concatenate(rows) if rows else np.empty(0, np.int64)
    feature = np.concatenate(features) if features else np.empty((0, 0), np.float32)
    return Records(**identities, label=label, row=row, feature=feature)


def sample_of(records: Records, most: int) -> npt.NDArray[np.int64]:
    """Return the numbers of at most ``most`` features, chosen by the records' digests.

    Only the first of equal pictures is among them.
    """
    numbers = fold_of(records.digests(records.row), 2**60)
    _, first = np.unique(numbers, return_index=True)
    return np.sort(first[:most])


def _fitting(digests: list[str], size: int, count: int) -> npt.NDArray[np.int64]:
    """Return which of some records are kept so that the features of all fit into memory."""
    share = MOST_BYTES / max(count * size * _FLOAT32_BYTES, 1)
    if share >= 1:
        return np.arange(len(digests))
    part = fold_of(np.array(digests, np.bytes_), _PARTS)
    return np.flatnonzero(part < share * _PARTS)
