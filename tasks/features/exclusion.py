"""Records that a list excludes, found in stored features, and what stays of every split."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.datasets.dataset import ALL_SPLITS, TRAIN
from tasks.datasets.exclude_list import ExcludeList
from tasks.errors import DataError
from tasks.features.bridge import Bridge
from tasks.features.store import feature_contents, feature_files
from tasks.storage.locations import Location
from tasks.storage.shown import shown

_COLUMNS = ("shard", "record", "name", "digest", "label")


@dataclass(frozen=True, order=True)
class ExcludedRecord:
    """A record that is left out.

    Attributes:
        split: its split.
        shard, record: file name of its shard, and its number in the shard.
        name: of its picture, empty where it has none.
        digest: SHA-256 of its picture.
        label: its class, from 0.
    """

    split: str
    shard: str
    record: int
    name: str
    digest: str
    label: int


@dataclass(frozen=True)
class Exclusion:
    """Records of a data set that a list leaves out, and the counts of the others.

    Attributes:
        records: the records left out, in the order of splits, shards and records.
        class_counts: number of records of each class that stay, by split.
        unknown: the entries that no record has, in order.
    """

    records: tuple[ExcludedRecord, ...]
    class_counts: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...]

    def of(self, split: str) -> dict[str, frozenset[int]]:
        """Return the numbers of the records left out of a split, by file name of their shard."""
        found: dict[str, set[int]] = {}
        for record in self.records:
            if record.split == split:
                found.setdefault(record.shard, set()).add(record.record)
        return {shard: frozenset(numbers) for shard, numbers in found.items()}


@dataclass(frozen=True)
class _Scan:
    """Result of a scan of a split's features: the records that entries name, and all by class."""

    named: list[ExcludedRecord]
    counts: npt.NDArray[np.int64]


def find_excluded(
    bridge: Bridge,
    features: Mapping[str, Location],
    entries: ExcludeList,
    class_names: Sequence[str],
) -> Exclusion:
    """Return what a list leaves out of the records whose features are stored.

    Args:
        bridge: the bridge to the JVM.
        features: artefacts of the features, by split.
        entries: the list.
        class_names: in label order.

    Raises:
        DataError: a split would have no records, or a class no training records.
    """
    scans = {
        split: _scan(bridge, path, split, entries, len(class_names))
        for split, path in features.items()
    }
    named = [record for scan in scans.values() for record in scan.named]
    gone = sorted(_left_out(named, entries), key=_reading_order)
    counts = {
        split: scan.counts - _counts(gone, split, len(class_names)) for split, scan in scans.items()
    }
    _require_rest(scans[TRAIN].counts, counts, class_names)
    return Exclusion(
        records=tuple(gone),
        class_counts={split: tuple(map(int, each)) for split, each in counts.items()},
        unknown=tuple(_unknown(named, entries)),
    )


def named_records(table: Any, split: str, entries: ExcludeList) -> list[ExcludedRecord]:
    """Return the records of an Arrow table of features that an entry names.

    A name counts as it is, and as messages and reports show it.
    """
    rows = zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True)
    records = (ExcludedRecord(split, *row) for row in rows)
    return [record for record in records if _is_named(record, entries)]


def _is_named(record: ExcludedRecord, entries: ExcludeList) -> bool:
    return (
        _has_name(record, entries)
        or record.digest in entries.digests
        or record.digest in entries.copies
    )


def _has_name(record: ExcludedRecord, entries: ExcludeList) -> bool:
    if not record.name or not entries.names:
        return False
    return record.name in entries.names or shown(record.name) in entries.names


def _scan(
    bridge: Bridge, path: Location, split: str, entries: ExcludeList, class_count: int
) -> _Scan:
    """Scan a split's features; the driver reads local files, executors read remote ones."""
    scan = partial(_scan_file, split=split, entries=entries, class_count=class_count)
    if isinstance(path, Path):
        scans = [scan(file) for file in feature_files(path)]
    else:
        scans = list(feature_contents(bridge, path).map(scan).toLocalIterator())
    named = [record for each in scans for record in each.named]
    return _Scan(named, np.sum([each.counts for each in scans], axis=0, dtype=np.int64))


def _scan_file(file: Path | bytes, *, split: str, entries: ExcludeList, class_count: int) -> _Scan:
    import pyarrow.parquet as pq

    source = io.BytesIO(file) if isinstance(file, bytes) else file
    table = pq.read_table(source, columns=list(_COLUMNS))
    counts = np.bincount(table["label"].to_numpy(), minlength=class_count)
    return _Scan(named_records(table, split, entries), counts)


def _left_out(named: Iterable[ExcludedRecord], entries: ExcludeList) -> list[ExcludedRecord]:
    """Return the named records without the one that stays of every picture given for its copies."""
    gone: list[ExcludedRecord] = []
    copies: dict[str, list[ExcludedRecord]] = {}
    for record in named:
        if record.digest in entries.digests or _has_name(record, entries):
            gone.append(record)
        else:
            copies.setdefault(record.digest, []).append(record)
    for group in copies.values():
        # What is measured on stays, so that no copy of it is trained on.
        gone += sorted(group, key=lambda r: (-ALL_SPLITS.index(r.split), r.shard, r.record))[1:]
    return gone


def _reading_order(record: ExcludedRecord) -> tuple[int, str, int]:
    return ALL_SPLITS.index(record.split), record.shard, record.record


def _counts(
    records: Iterable[ExcludedRecord], split: str, class_count: int
) -> npt.NDArray[np.int64]:
    labels = [record.label for record in records if record.split == split]
    return np.bincount(np.array(labels, np.int64), minlength=class_count)


def _require_rest(
    before: npt.NDArray[np.int64],
    after: Mapping[str, npt.NDArray[np.int64]],
    class_names: Sequence[str],
) -> None:
    for split, counts in after.items():
        if not counts.any():
            raise DataError(f"exclude leaves no {split} records, expected at least one")
    lost = np.flatnonzero((before > 0) & (after[TRAIN] == 0))
    if len(lost):
        names = ", ".join(repr(shown(class_names[label])) for label in lost[:5])
        raise DataError(
            f"exclude leaves {len(lost):,} of {len(class_names):,} classes without training "
            f"records, expected at least one of each: {names}{', ...' if len(lost) > 5 else ''}"
        )


def _unknown(named: Sequence[ExcludedRecord], entries: ExcludeList) -> list[str]:
    """Return the entries that name no record, names first."""
    names = {name for record in named for name in (record.name, shown(record.name))}
    digests = {record.digest for record in named}
    return [
        *sorted(entries.names - names),
        *sorted((entries.digests | entries.copies) - digests),
    ]
