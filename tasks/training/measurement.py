"""Measurement of the exported head: on the test records, and against BigDL's own count."""

import logging
from collections.abc import Sequence
from pathlib import Path

from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource
from tasks.models.head import Head
from tasks.models.predictions import write_predictions
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.metrics import Measurement
from tasks.runs.training_record import Epoch
from tasks.storage.artifact import Artifact

logger = logging.getLogger(__name__)


def measure_test(
    bridge: Bridge,
    *,
    features: Artifact,
    source: FeatureSource,
    head: Head,
    class_names: Sequence[str],
    path: Path,
) -> Measurement:
    """Measure the final head on the test records, once, and write its predictions.

    Args:
        bridge: the bridge to the JVM.
        features: artefact of the test records' features.
        source: those of them to measure on.
        head: works on raw features.
        class_names: in label order.
        path: file of the predictions, in an existing folder.
    """
    evaluation = write_predictions(
        bridge, features=source, head=head, class_names=class_names, path=path
    )
    return Measurement(
        top1=evaluation.top1,
        records=evaluation.records,
        features=ArtifactRecord(**features.as_dict()),
        evaluation=evaluation,
    )


def warn_of_difference(top1: float, epoch: Epoch) -> None:
    """Log when the exported head and BigDL's model disagree on validation records.

    Args:
        top1: accuracy of the exported head.
        epoch: the epoch whose weights the head has.
    """
    if round(top1 * epoch.count) != epoch.correct:
        logger.warning(
            "the exported head is right on %d of %d validation records, BigDL's model was on %d: "
            "the others lie within rounding of a boundary between classes",
            round(top1 * epoch.count),
            epoch.count,
            epoch.correct,
        )
