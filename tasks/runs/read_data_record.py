"""Reader of a run's record of its data set, from the data set itself."""

import json
import logging
from itertools import islice
from pathlib import Path

from tasks.datasets.dataset import DESCRIPTION, SKIPPED, read_dataset
from tasks.errors import DataError
from tasks.runs.data_record import MOST_SKIPPED, DataRecord, SkippedPicture
from tasks.storage.shown import shown

logger = logging.getLogger(__name__)


def read_data_record(dataset: Path) -> DataRecord | None:
    """Return the record of a data set, None where it is gone, damaged or of an older version.

    Args:
        dataset: the folder that ``extract_dataset`` made.
    """
    if not (dataset / DESCRIPTION).is_file():
        return None
    try:
        found = read_dataset(dataset)
        return DataRecord(
            layout=found.layout,
            class_counts={name: split.class_counts for name, split in found.splits.items()},
            counts=dict(found.counts),
            notes=found.notes,
            warnings=found.warnings,
            skipped=_read_skipped(dataset / SKIPPED),
        )
    except (DataError, OSError, ValueError, KeyError, TypeError) as error:
        # The model is made: the run need not fail for what is told beside it.
        logger.warning("the run has no record of its data set: %s", error)
        return None


def _read_skipped(path: Path) -> tuple[SkippedPicture, ...]:
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8") as lines:
        fields = [json.loads(line) for line in islice(lines, MOST_SKIPPED)]
    return tuple(
        SkippedPicture(name=shown(each["name"]), reason=shown(each["reason"])) for each in fields
    )
