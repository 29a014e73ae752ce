from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from support.run_files import TEST
from tasks.evaluation.record import EvaluationRecord
from tasks.evaluation.tally import evaluate
from tasks.models.predictions import Predictions
from tasks.report.evaluation import evaluation_facts
from tasks.report.html import render
from tasks.runs.metrics import RunMetrics

LABEL = np.array([0, 0, 1, 1])
PROBABILITY = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.8, 0.2]])


@pytest.fixture
def predictions() -> Predictions:
    return Predictions(
        shard=["s"] * 4,
        record=np.arange(4),
        label=LABEL,
        prediction=PROBABILITY.argmax(axis=1),
        probability=PROBABILITY,
        name=pa.array([""] * 4),
    )


@pytest.fixture
def recorded() -> EvaluationRecord:
    return evaluate(PROBABILITY[:3], LABEL[:3])


def page(metrics: RunMetrics, predictions: Predictions) -> str:
    html = render("evaluation.html.j2", **evaluation_facts(metrics, predictions))
    return " ".join(html.split())


def test_an_older_model_is_evaluated_by_its_predictions(
    run_metrics: dict[str, Any], predictions: Predictions
) -> None:
    facts = evaluation_facts(RunMetrics.from_json(run_metrics), predictions)
    (split,) = facts["splits"]
    assert (split.name, split.found) == ("validation", evaluate(PROBABILITY, LABEL))
    assert facts["calibration"] is None
    assert f"about {split.by_chance:.3f} on these validation records, by chance." in page(
        RunMetrics.from_json(run_metrics), predictions
    )
    assert "Calibration:" not in page(RunMetrics.from_json(run_metrics), predictions)


def test_what_is_recorded_is_shown_as_it_is(
    run_metrics: dict[str, Any], predictions: Predictions, recorded: EvaluationRecord
) -> None:
    content = {
        **run_metrics,
        "evaluation": asdict(recorded),
        "test": {**TEST, "evaluation": asdict(replace(recorded, macro_f1=0.125))},
        "calibration": {"temperature": 1.5, "why": "as <chosen>"},
    }
    metrics = RunMetrics.from_json(content)
    splits = evaluation_facts(metrics, predictions)["splits"]
    assert [split.name for split in splits] == ["validation", "test"]
    assert splits[0].found == recorded
    html = page(metrics, predictions)
    assert "Measured on 3 validation records and 3 test records" in html
    row = '<th scope="row">macro F1</th><td class="n">0.2500</td><td class="n"></td>'
    assert f'{row}<td class="n">0.1250</td>' in html
    assert "Calibration: temperature 1.5, as &lt;chosen&gt;." in html
    assert "top-5" not in html


def test_every_accuracy_has_its_interval(
    run_metrics: dict[str, Any], predictions: Predictions, recorded: EvaluationRecord
) -> None:
    of_six = {**asdict(recorded), "top5": 1.0}
    html = page(RunMetrics.from_json({**run_metrics, "evaluation": of_six}), predictions)
    for row in (
        '<th scope="row">top-1 accuracy</th><td class="n">0.3333</td>'
        '<td class="n">0.061 to 0.792</td>',
        '<th scope="row">top-5 accuracy</th><td class="n">1.0000</td>'
        '<td class="n">0.439 to 1.000</td>',
        '<th scope="row">0.87 to 0.93</th><td class="n">1</td><td class="n">0.900</td>'
        '<td class="n">1.000</td><td class="n">0.207 to 1.000</td>',
        '<th scope="row">0.80</th><td class="n">1</td><td class="n">0.333</td><td class="n">1</td>'
        '<td class="n">1.0000</td><td class="n">0.207 to 1.000</td>',
        '<th scope="row">0.99</th><td class="n">0</td><td class="n">0.000</td><td class="n">0</td>'
        '<td class="n">n/a</td><td class="n">n/a</td>',
    ):
        assert row in html
