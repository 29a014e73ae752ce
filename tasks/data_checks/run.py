"""Checks of a run's data set: made once, kept in the run's folder with the lists to hand back."""

import logging
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tasks.data_checks.checks import Found, check_records
from tasks.data_checks.excluded import read_excluded
from tasks.data_checks.records import collect_records
from tasks.data_checks.results import CHECKS, WORDS, Check, DataChecks, Finding
from tasks.datasets.dataset import TEST
from tasks.errors import DataError, GraftError
from tasks.registry.todays_features import feature_tables
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.metrics import RunMetrics
from tasks.runs.typed_json import from_json
from tasks.storage.local_files import read_json_file, write_json, write_text
from tasks.storage.locations import location
from tasks.storage.manifest import digest_of
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

#: Folder of the lists in a run's folder.
FOLDER = "data_checks"
#: The most findings of a check that a report shows.
MOST_SHOWN: Mapping[str, int] = {
    "exact_copies": 8,
    "leaks": 12,
    "near_copies": 12,
    "label_errors": 24,
    "far_pictures": 12,
}

_RESULTS = "checks.json"
# Raise it when a check finds other things in the same records.
_FORMAT = 1
_HEAD = """\
# {count:,} {what}, {order} first.
# To leave them out, look at each, delete the lines of what should stay, and give this file as the
# param exclude: graft run -p exclude=FILE
"""
_ORDER = {
    "exact_copies": "those with several labels",
    "leaks": "the nearest",
    "near_copies": "the nearest",
    "label_errors": "the surest",
    "far_pictures": "the farthest",
}


def check_run(home: Home, metrics: RunMetrics) -> DataChecks:
    """Return the checks of a run's data set, making them if the run's folder has none of it.

    Args:
        home: where run, model and features are.
        metrics: the run's.

    Raises:
        StorageError: the run's folder cannot be written.
    """
    folder = home.run(metrics.run_id) / FOLDER
    key = _key(metrics)
    kept = _read(folder / _RESULTS)
    if kept and kept.key == key:
        return kept
    started = time.monotonic()
    try:
        found, count = _check(home, metrics)
    except (GraftError, OSError, ValueError, KeyError) as error:
        logger.warning("the records are not checked: %r", error)
        return DataChecks(key=key, not_made=_reason(error))
    for name in CHECKS:
        _write_list(folder / list_name(name), name, found[name].findings)
    checks = DataChecks(
        key=key,
        records=count,
        checks=tuple(_summary(name, found[name]) for name in CHECKS),
        seconds=round(time.monotonic() - started, 3),
    )
    write_json(folder / _RESULTS, checks.as_json())
    logger.info("data: %s; lists in %s", checks.sentence(), folder)
    return checks


def list_name(check: str) -> str:
    """Return the file name of a check's list."""
    return f"{check}.txt"


def _check(home: Home, metrics: RunMetrics) -> tuple[dict[str, Found], int]:
    records = collect_records(
        {split: _tables(record) for split, record in _features(metrics).items()},
        read_excluded(home, metrics),
        sum(count for _, count in metrics.records.items()),
    )
    return check_records(records, metrics.class_names), len(records.split)


def _tables(features: ArtifactRecord) -> Iterable[Any]:
    path = location(features.path)
    if isinstance(path, Path) and not path.is_dir():
        raise DataError(f"the features {path} are gone")
    return feature_tables(path)


def _features(metrics: RunMetrics) -> dict[str, ArtifactRecord]:
    test = {TEST: metrics.test.features} if metrics.test else {}
    return {**dict(metrics.features.items()), **test}


def _key(metrics: RunMetrics) -> str:
    """Return what tells the checked records, and how they are checked, from all others."""
    digests = {split: record.digest for split, record in _features(metrics).items()}
    excluded = metrics.excluded.digest if metrics.excluded else None
    return digest_of({"format": _FORMAT, "features": digests, "excluded": excluded})


def _read(path: Path) -> DataChecks | None:
    try:
        return from_json(DataChecks, read_json_file(path))
    except (OSError, ValueError):
        return None


def _summary(name: str, found: Found) -> Check:
    return Check(
        name=name,
        count=len(found.findings),
        findings=tuple(found.findings[: MOST_SHOWN[name]]),
        checked=found.checked,
        not_made=found.not_made,
        accuracy=found.accuracy,
    )


def _write_list(path: Path, name: str, findings: list[Finding]) -> None:
    """Write a list to exclude; a record of several findings is in it once."""
    lines: dict[str, str] = {}
    for finding in findings:
        lines.setdefault(finding.entry, finding.line())
    head = _HEAD.format(count=len(findings), what=WORDS[name], order=_ORDER[name])
    write_text(path, head + "".join(f"{line}\n" for line in lines.values()))


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the features lack {error}"
    return str(error)
