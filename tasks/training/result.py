"""Metrics that a run gets of its model, and the lines that tell them."""

import logging

from tasks.evaluation.interval import accuracy_text
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.engine_record import EngineRecord
from tasks.runs.metrics import Metrics, RunMetrics
from tasks.runs.read_data_record import read_data_record
from tasks.storage.artifact import LocalArtifact
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)


def metrics_of_run(
    model: LocalArtifact, engine: EngineRecord, home: Home, run_id: str
) -> RunMetrics:
    """Return the metrics of a run whose model was found or made.

    Args:
        model: the model.
        engine: the feature engine that the run chose.
        home: the folder of all artefacts.
        run_id: the run.
    """
    metrics = Metrics.read(model.path)
    # Where GRAFT_HOME is a URL, this is the copy on this machine.
    data = read_data_record(home.datasets / metrics.digests.validation["dataset"])
    return metrics.of_run(run_id, ArtifactRecord(**model.as_dict()), data, engine)


def log_result(metrics: RunMetrics) -> None:
    """Log the accuracy and what was left out."""
    if metrics.excluded:
        logger.info("%s", metrics.excluded.sentence())
        if warning := metrics.excluded.warning():
            logger.warning("%s", warning)
    logger.info(
        "top-1 accuracy %s on %d validation records after %s; model, metrics and predictions in %s",
        accuracy_text(metrics.top1, metrics.records.validation),
        metrics.records.validation,
        metrics.epochs_clause(),
        metrics.model.path,
    )
    if metrics.test:
        logger.info(
            "test: top-1 accuracy %s on %d records, measured once with the final head",
            accuracy_text(metrics.test.top1, metrics.test.records),
            metrics.test.records,
        )
