import json

import pytest

from graft_airflow.assets import DATASET, MODEL, model_event
from tasks.runs.metrics import RunMetrics

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
