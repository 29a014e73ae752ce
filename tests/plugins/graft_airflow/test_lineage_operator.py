"""What the provider's own manager gets of an operator."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.sdk import DAG
from airflow.utils.state import TaskInstanceState

from graft_airflow.assets import dataset_asset, model_asset
from graft_airflow.steps import download_dataset, promote_model
from tasks.runs.record import DAG_ID, record_step
from tasks.storage.paths import Home


@pytest.fixture
def tasks(home: Home) -> dict[str, Any]:
    with DAG(DAG_ID, schedule=None) as dag:
        download_dataset.override(inlets=[dataset_asset("flowers")])()
        promote_model.override(outlets=[model_asset("flowers")])()
    return {task.task_id: task for task in dag.tasks}


def extracted(task: Any, state: TaskInstanceState, context: Any = None) -> tuple[Any, Any]:
    """Return names of inputs and of outputs."""
    instance = SimpleNamespace(get_template_context=lambda: context)
    run = SimpleNamespace(run_id="manual__2026")
    manager: Any = ExtractorManager
    found = manager().extract_metadata(run, task, state, instance)
    return [each.name for each in found.inputs], [each.name for each in found.outputs]


def test_a_task_that_starts_has_only_inputs(home: Home, tasks: dict[str, Any]) -> None:
    inputs, outputs = extracted(tasks["promote_model"], TaskInstanceState.RUNNING)
    assert inputs == [f"{home.root}/models/flowers", f"{home.root}/exports/flowers"]
    # A promotion that is refused writes nothing, though the task has an outlet.
    assert outputs == []


def test_a_task_that_ended_has_outputs_and_its_assets(
    home: Home, tasks: dict[str, Any], in_run: Any
) -> None:
    context = in_run(source="sample")
    record_step(home, context["run_id"], "download_dataset", {"path": "/d", "digest": "d"})
    task = tasks["download_dataset"]
    inputs, outputs = extracted(task, TaskInstanceState.SUCCESS, context)
    assert inputs == [f"{home.root}/samples", f"{home.root}/datasets/flowers"]
    assert outputs == [f"{home.root}/downloads/flowers"]


def test_a_task_that_failed_has_no_outputs(home: Home, tasks: dict[str, Any], in_run: Any) -> None:
    context = in_run(source="sample")
    # Of an earlier try, before the task was cleared.
    record_step(home, context["run_id"], "download_dataset", {"path": "/d", "digest": "d"})
    task = tasks["download_dataset"]
    inputs, outputs = extracted(task, TaskInstanceState.FAILED, context)
    assert (inputs, outputs) == ([f"{home.root}/datasets/flowers"], [])


def test_a_damaged_record_fails_nothing(
    home: Home, tasks: dict[str, Any], in_run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    context = in_run(source="sample")
    file = record_step(home, context["run_id"], "download_dataset", {"path": "/d"})
    file.write_text("{")
    with caplog.at_level(logging.WARNING):
        _, outputs = extracted(tasks["download_dataset"], TaskInstanceState.SUCCESS, context)
    assert outputs == []
