"""Evaluation and calibration of a model in words."""

from tasks.evaluation.interval import accuracy_text
from tasks.evaluation.record import EvaluationRecord
from tasks.runs.metrics import Metrics


def scores_clause(found: EvaluationRecord) -> str:
    """Return how a model does beyond its accuracy, as a clause without a full stop."""
    scores = f"macro F1 {found.macro_f1:.4f}, balanced accuracy {found.balanced_accuracy:.4f}"
    if found.top5 is None:
        return scores
    return f"{scores}, top-5 accuracy {accuracy_text(found.top5, found.records)}"


def calibration_clause(metrics: Metrics) -> str:
    """Return how far a model's confidence is to be believed, as a clause without a full stop.

    Args:
        metrics: of the model.

    Returns:
        The clause; "" for a model of an older version.
    """
    found, calibration = metrics.evaluation, metrics.calibration
    clauses = [
        f"expected calibration error {found.calibration_error:.4f}" if found else "",
        calibration.clause() if calibration else "",
    ]
    return "; ".join(clause for clause in clauses if clause)
