import json
from dataclasses import replace

import pytest

from graft_airflow.assets import DATASET, MODEL, model_event
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.metrics import Measurement, RunMetrics

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


def test_other_dags_know_them_by_these_names() -> None:
    assert (DATASET.name, DATASET.uri) == ("flowers_dataset", "graft://dataset/flowers")
    assert (MODEL.name, MODEL.uri) == ("flowers_model", "graft://model/flowers")


def test_an_event_of_the_model_says_which_and_how_good(metrics: RunMetrics) -> None:
    event = model_event(metrics, "manual__2026")
    assert event == {
        "digest": "abc",
        "accuracy": 0.58,
        "path": "/models/abc",
        "run_id": "manual__2026",
    }
    assert json.loads(json.dumps(event)) == event


def test_an_event_has_the_test_accuracy_where_there_is_one(metrics: RunMetrics) -> None:
    features = ArtifactRecord(path="/f/t", digest="t", reused=False, seconds=1.0)
    tested = replace(metrics, test=Measurement(top1=0.6, records=80, features=features))
    assert model_event(tested, "manual__2026")["test_accuracy"] == 0.6
