from typing import Any

import pytest

from tasks.params.scoring import ScoreParams
from tasks.storage.paths import CHECKOUT

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.fixture(scope="module")
def dag() -> Any:
    """The DAG as Airflow finds it."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(CHECKOUT / "dags" / "score_pictures.py")
    assert bag.import_errors == {}
    assert bag.captured_warnings == {}
    return bag.dags["score_pictures"]


def test_wiring(dag: Any) -> None:
    assert [task.task_id for task in dag.tasks] == ["score_pictures"]
    (task,) = dag.tasks
    assert [asset.name for asset in task.outlets] == ["flowers_scores"]
    assert task.retries == 3
    assert task.execution_timeout is not None
    assert dag.is_paused_upon_creation
    assert "| `score_pictures` | " in dag.doc_md


def test_the_form_has_every_param_and_wants_the_pictures(dag: Any) -> None:
    assert list(dag.params) == [
        *("pictures_url", "data_layout", "scores_url", "output", "max_bad", "name", "model"),
        *("feature_engine", "executors", "executor_cores", "executor_memory", "driver_memory"),
    ]
    assert set(dag.params) == set(ScoreParams.model_fields)
    assert not dag.params.get_param("pictures_url").has_value
    assert dag.params.get_param("model").resolve() == "champion"
    assert dag.params.get_param("output").schema["enum"] == ["parquet", "csv"]
    assert dag.params.get_param("max_bad").schema["type"] == ["number", "integer", "null"]
