"""Facts of the report's part *Data*: what is wrong with the records, with their pictures."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.data_checks.results import Check, CheckedRecord, DataChecks, Finding
from tasks.data_checks.run import FOLDER, check_run, list_name
from tasks.errors import DataError
from tasks.report.pictures import SplitPictures, data_url, thumbnail
from tasks.runs.metrics import RunMetrics
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShownRecord:
    """A record with its picture as a ``data:`` URL, None where it cannot be shown."""

    record: CheckedRecord
    image: str | None


@dataclass(frozen=True)
class ShownFinding:
    """A finding with its pictures."""

    finding: Finding
    records: tuple[ShownRecord, ...]


@dataclass(frozen=True)
class ShownCheck:
    """A check with the pictures of its first findings, and the path of its list."""

    check: Check
    path: Path
    findings: tuple[ShownFinding, ...]


@dataclass(frozen=True)
class ShownChecks:
    """All checks of a run's data set, for the template."""

    checks: DataChecks
    shown: tuple[ShownCheck, ...]


def data_check_facts(home: Home, metrics: RunMetrics) -> ShownChecks:
    """Return the checks of a run's data set, made now if the run has none.

    Args:
        home: where run, data set and features are.
        metrics: the run's.

    Raises:
        StorageError: the run's folder cannot be written.
    """
    checks = check_run(home, metrics)
    # Where GRAFT_HOME is a URL, this is the copy on this machine.
    dataset = home.datasets / metrics.digests.validation["dataset"]
    folder = home.run(metrics.run_id) / FOLDER
    pictures = _Pictures(dataset)
    return ShownChecks(
        checks,
        tuple(
            ShownCheck(check, folder / list_name(check.name), pictures.of(check.findings))
            for check in checks.checks
        ),
    )


class _Pictures:
    """Pictures of all splits of a data set."""

    def __init__(self, dataset: Path) -> None:
        self._dataset = dataset
        self._splits: dict[str, SplitPictures] = {}

    def of(self, findings: Sequence[Finding]) -> tuple[ShownFinding, ...]:
        return tuple(
            ShownFinding(
                finding,
                tuple(ShownRecord(record, self._image(record)) for record in finding.records),
            )
            for finding in findings
        )

    def _image(self, record: CheckedRecord) -> str | None:
        if record.split not in self._splits:
            self._splits[record.split] = SplitPictures(self._dataset, record.split)
        encoded = self._splits[record.split].encoded(record.shard, record.record)
        if encoded is None:
            return None
        try:
            return data_url(thumbnail(encoded))
        except DataError as error:
            logger.warning("%s, record %d is not shown: %s", record.shard, record.record, error)
            return None
