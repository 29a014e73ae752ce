"""The tasks outside a DAG; tests/dags has them wired, tests/e2e runs them."""

import inspect
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG

from graft_airflow import step, steps
from tasks.runs.record import DAG_ID, TASK_IDS
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home

DUMPS = {name: {"path": f"/dumps/{name}", "digest": name} for name in ("train", "validation")}

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


def test_there_is_one_for_every_task() -> None:
    assert all(callable(getattr(steps, task_id)) for task_id in TASK_IDS)


@pytest.mark.parametrize("task_id", [t for t in TASK_IDS if t != "train_classifier"])
def test_a_step_takes_artefacts_by_these_names(task_id: str) -> None:
    inputs = {
        "extract_dataset": ["archive"],
        "dump_train": ["dataset", "checkpoint"],
        "dump_validation": ["dataset", "checkpoint"],
        "export_model": ["model"],
    }
    task = getattr(steps, task_id)
    assert list(inspect.signature(task.function).parameters) == inputs.get(task_id, [])
    assert task.kwargs["task_id"] == task_id


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_dump_is_of_its_split(split: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def dump(*given: Any) -> Artifact:
        asked.extend(given)
        return Artifact(Path("/dumps/abc"), "abc", reused=False, seconds=1.5)

    asked: list[Any] = []
    monkeypatch.setattr("tasks.steps.dump", dump)
    dag = SimpleNamespace(dag_id=DAG_ID)
    context = {"params": {"dump_batch_size": 4}, "run_id": "manual__2026", "dag": dag}
    monkeypatch.setattr(step, "get_current_context", lambda: context)
    facts = getattr(steps, f"dump_{split}").function(
        checkpoint={"path": "/checkpoints/y"}, dataset={"path": "/datasets/x"}
    )
    assert asked[:3] == [split, Path("/datasets/x"), Path("/checkpoints/y")]
    assert asked[3].dump_batch_size == 4
    assert facts["path"] == "/dumps/abc"


def test_train_classifier_takes_both_dumps() -> None:
    with DAG("a_dag", schedule=None):
        task = steps.train_classifier(DUMPS["train"], DUMPS["validation"])
    assert (task.train_dump, task.validation_dump) == (DUMPS["train"], DUMPS["validation"])
    assert (task.task_id, task.retries) == ("train_classifier", 3)
    assert task.execution_timeout == timedelta(hours=24)
    assert task.outlets == []
    assert task.doc_md is not None
    assert task.doc_md.startswith("Extract features on Spark")
