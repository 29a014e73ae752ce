"""Records that a training leaves out: the list, and the features and dumps without them."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tasks.datasets.dataset import TEST
from tasks.datasets.exclude_list import ExcludeList, fetch_exclude_list, read_exclude_list
from tasks.datasets.pair import Pair
from tasks.dumps.description import Dump
from tasks.features.bridge import Bridge
from tasks.features.exclusion import Exclusion, find_excluded
from tasks.features.feature_set import FeatureSet
from tasks.runs.exclusion_record import MOST_UNKNOWN, ExclusionRecord
from tasks.storage.artifact import Artifact
from tasks.storage.local_files import write_text
from tasks.storage.paths import Home
from tasks.storage.shown import shown

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """Features and dumps of the records that a training keeps.

    Attributes:
        features: of both splits.
        test: of the test records, None where there are none.
        dumps: the dumps with the number of records that stay.
        exclusion: what the list left out, None without a list.
        record: the same for the metrics.
    """

    features: Pair[FeatureSet]
    test: FeatureSet | None
    dumps: Pair[Dump]
    exclusion: Exclusion | None = None
    record: ExclusionRecord | None = None


def read_list(place: str | None, home: Home) -> ExcludeList | None:
    """Return the list at a place; None if there is none, or it has no entries.

    Raises:
        GraftError: it cannot be fetched, or is not as expected.
    """
    if not place:
        return None
    entries = read_exclude_list(fetch_exclude_list(place, home))
    if not len(entries):
        logger.warning("exclude names a list without entries: nothing is left out")
        return None
    return entries


def keep(
    bridge: Bridge,
    dumps: Pair[Dump],
    *,
    features: Pair[Artifact],
    test: Artifact | None,
    entries: ExcludeList | None,
) -> Kept:
    """Return what a list leaves of the features.

    Args:
        bridge: the bridge to the JVM.
        dumps: of both splits.
        features: artefacts of both splits' features.
        test: that of the test records, None where there are none.
        entries: the list, None if nothing is to be left out.

    Raises:
        DataError: the list leaves no records of a split, or no training records of a class.
    """
    paths = {split: artifact.path for split, artifact in features.items()}
    if test:
        paths[TEST] = test.path
    exclusion = record = None
    left_out: Mapping[str, Mapping[str, frozenset[int]]] = {split: {} for split in paths}
    if entries:
        exclusion = find_excluded(bridge, paths, entries, dumps.train.class_names)
        record = record_of(entries, exclusion)
        left_out = {split: exclusion.of(split) for split in paths}
        dumps = Pair(*(_smaller(dump, exclusion) for dump in dumps))
    sets = {split: FeatureSet(path, left_out[split]) for split, path in paths.items()}
    return Kept(Pair(sets["train"], sets["validation"]), sets.get(TEST), dumps, exclusion, record)


def record_of(entries: ExcludeList, exclusion: Exclusion) -> ExclusionRecord:
    """Return the record of what a list left out."""
    records = dict.fromkeys(exclusion.class_counts, 0)
    for record in exclusion.records:
        records[record.split] += 1
    return ExclusionRecord(
        digest=entries.digest,
        entries=len(entries),
        records=records,
        class_counts=dict(exclusion.class_counts),
        unknown_count=len(exclusion.unknown),
        unknown=tuple(shown(entry) for entry in exclusion.unknown[:MOST_UNKNOWN]),
    )


def write_excluded(exclusion: Exclusion, path: Path) -> None:
    """Write the records left out, a JSON object a line."""
    write_text(path, "".join(f"{json.dumps(asdict(r))}\n" for r in exclusion.records))


def _smaller(dump: Dump, exclusion: Exclusion) -> Dump:
    return replace(dump, records=sum(exclusion.class_counts[dump.split]))
