from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from tasks.evaluation.record import CalibrationRecord, EvaluationRecord
from tasks.evaluation.tally import evaluate
from tasks.runs.evaluation_text import calibration_clause, scores_clause
from tasks.runs.metrics import RunMetrics

PROBABILITY = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2], [0.3, 0.7]], np.float32)


@pytest.fixture
def evaluation() -> EvaluationRecord:
    return evaluate(PROBABILITY, np.array([0, 1, 1, 1]))


def test_scores_of_a_model(evaluation: EvaluationRecord) -> None:
    clause = "macro F1 0.7333, balanced accuracy 0.8333"
    assert scores_clause(evaluation) == clause
    assert scores_clause(replace(evaluation, top5=0.75)) == (
        f"{clause}, top-5 accuracy 0.7500 (95 %: 0.301 to 0.954)"
    )


def test_confidence_of_a_model(evaluation: EvaluationRecord, run_metrics: dict[str, Any]) -> None:
    calibration = CalibrationRecord(temperature=1.5, why="as chosen", records=40)
    metrics = RunMetrics.from_json({**run_metrics, "evaluation": asdict(evaluation)})
    assert calibration_clause(metrics) == "expected calibration error 0.4000"
    assert calibration_clause(replace(metrics, calibration=calibration)) == (
        "expected calibration error 0.4000; temperature 1.5, as chosen"
    )
    assert calibration_clause(replace(metrics, evaluation=None)) == ""
