"""File of a run's report."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.report.facts import report_facts
from tasks.report.html import render
from tasks.storage.local_files import write_text
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """A report that was written: its path, and the seconds it took."""

    path: Path
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, with the names of an ``Artifact``."""
        return {"path": str(self.path), "reused": False, "seconds": round(self.seconds, 3)}


def write_report(home: Home, run_id: str, path: Path | None = None) -> Report:
    """Write the report of a run that ended well.

    Args:
        home: where the run and its artefacts are.
        run_id: the run.
        path: the file to write; default: ``report.html`` in the run's folder.

    Raises:
        DataError: the run left no metrics, its predictions are gone, or one of them is damaged.
        StorageError: the file cannot be written.
    """
    started = time.monotonic()
    path = path or home.report(run_id)
    write_text(path, render("report.html.j2", **report_facts(home, run_id)))
    logger.info("wrote the report of %s: %s", run_id, path)
    return Report(path, time.monotonic() - started)
