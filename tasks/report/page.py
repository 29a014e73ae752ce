"""Writes the report of a run."""

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
    """A report that was written: where, and in how many seconds."""

    path: Path
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, in the words of an ``Artifact``."""
        return {"path": str(self.path), "reused": False, "seconds": round(self.seconds, 3)}


def write_report(home: Home, run_id: str, path: Path | None = None) -> Report:
    """Write the report of a run that ended well.

    Args:
        home: where the run and its artefacts are.
        run_id: the run.
        path: the file to write; ``report.html`` in the run's folder by default.

    Raises:
        DataError: the run left no metrics, or its predictions are gone.
        StorageError: the file cannot be written.
    """
    started = time.monotonic()
    path = path or home.report(run_id)
    write_text(path, render("report.html.j2", **report_facts(home, run_id)))
    logger.info("wrote the report of %s: %s", run_id, path)
    return Report(path, time.monotonic() - started)
