"""Facts of the report's part on accuracy, calibration and thresholds."""

from dataclasses import dataclass
from typing import Any

from tasks.evaluation.calibration import error_by_chance
from tasks.evaluation.record import EvaluationRecord
from tasks.evaluation.tally import evaluate
from tasks.models.predictions import Predictions
from tasks.report.reliability import ReliabilityDiagram, reliability_diagram
from tasks.runs.metrics import Metrics


@dataclass(frozen=True)
class EvaluatedSplit:
    """Evaluation of a split's records, ready for the template.

    Attributes:
        name: of the split.
        found: the figures.
        diagram: their reliability diagram.
        by_chance: calibration error of a perfectly calibrated model on as many records.
    """

    name: str
    found: EvaluationRecord
    diagram: ReliabilityDiagram
    by_chance: float


def evaluation_facts(metrics: Metrics, predictions: Predictions) -> dict[str, Any]:
    """Return the variables of ``evaluation.html.j2``.

    Args:
        metrics: of the model; those of an older version have no evaluation, which is made anew.
        predictions: of its validation records.
    """
    validation = metrics.evaluation or evaluate(predictions.probability, predictions.label)
    splits = [_split("validation", validation)]
    if metrics.test and metrics.test.evaluation:
        splits.append(_split("test", metrics.test.evaluation))
    return {"splits": splits, "calibration": metrics.calibration}


def _split(name: str, found: EvaluationRecord) -> EvaluatedSplit:
    diagram = reliability_diagram(found.bins, found.calibration_error)
    return EvaluatedSplit(name, found, diagram, error_by_chance(found.bins))
