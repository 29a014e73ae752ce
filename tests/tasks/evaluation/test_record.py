import json
from dataclasses import asdict

import numpy as np
import pytest

from tasks.evaluation.record import CalibrationRecord, EvaluationRecord, ReliabilityBin, Threshold
from tasks.evaluation.tally import evaluate
from tasks.runs.typed_json import from_json


def evaluation(classes: int) -> EvaluationRecord:
    probability = np.random.default_rng(3).dirichlet(np.ones(classes), 20).astype(np.float32)
    return evaluate(probability, np.arange(20) % classes)


@pytest.mark.parametrize("classes", [2, 6])
def test_an_evaluation_is_read_as_it_was_written(classes: int) -> None:
    made = evaluation(classes)
    assert from_json(EvaluationRecord, json.loads(json.dumps(asdict(made)))) == made


def test_shares_of_nothing_are_none() -> None:
    empty = ReliabilityBin(low=0, high=0.5, records=0, correct=0, confidence=None)
    assert empty.accuracy is None
    assert ReliabilityBin(low=0, high=1, records=4, correct=3, confidence=0.9).accuracy == 0.75
    assert Threshold(above=0.9, answered=0, correct=0).accuracy is None
    assert Threshold(above=0.9, answered=4, correct=1).accuracy == 0.25


def test_figures_have_bounds_beside_every_accuracy() -> None:
    found = evaluation(6)
    figures = found.figures()
    assert (figures["top1_low"], figures["top1_high"]) == found.interval
    assert (figures["top5_low"], figures["top5_high"]) == found.top5_interval
    assert figures["top5"] == found.top5
    assert figures["macro_f1"] == found.macro_f1
    assert not [name for name in evaluation(2).figures() if name.startswith("top5")]


def test_a_calibration_in_words() -> None:
    record = CalibrationRecord(temperature=1.23456, why="chosen", records=40)
    assert record.clause() == "temperature 1.235, chosen"
    assert CalibrationRecord(temperature=1.0, why="as asked").clause() == "temperature 1, as asked"
